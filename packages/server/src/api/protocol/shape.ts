/**
 * Input shapes: what an operation takes, member by member, with the constraints of AWS's API model. One description
 * serves the type of the handler's input, decoding from both protocols, and the framework's validation texts.
 */

declare const valueType: unique symbol;

/** Remembers the TypeScript type of a shape's values; there is nothing at run time. */
interface Typed<Value> {
  readonly [valueType]?: Value;
}

export interface StringShape<Value extends string = string> extends Typed<Value> {
  readonly kind: 'string';
  readonly min?: number;
  readonly max?: number;
  /** As the API model writes it; the whole value must match. */
  readonly pattern?: string;
  readonly regExp?: RegExp;
  readonly values?: readonly Value[];
  /** A token or a secret: never repeated in an error. */
  readonly sensitive?: boolean;
}

export interface IntegerShape extends Typed<number> {
  readonly kind: 'integer';
  readonly min?: number;
  readonly max?: number;
}

export interface BooleanShape extends Typed<boolean> {
  readonly kind: 'boolean';
}

export interface ListShape<Item = unknown> extends Typed<readonly Item[]> {
  readonly kind: 'list';
  readonly member: Shape;
  readonly min?: number;
  readonly max?: number;
}

export interface MapShape<Item = unknown> extends Typed<Readonly<Record<string, Item>>> {
  readonly kind: 'map';
  readonly key: StringShape;
  readonly value: Shape;
  readonly min?: number;
  readonly max?: number;
}

export interface StructureShape<Value = unknown> extends Typed<Value> {
  readonly kind: 'structure';
  readonly members: MemberShapes;
}

export type Shape = StringShape | IntegerShape | BooleanShape | ListShape | MapShape | StructureShape;

export interface RequiredMember<Of extends Shape = Shape> {
  readonly required: Of;
}

export type MemberShapes = { readonly [name: string]: Shape | RequiredMember };

/** The TypeScript type of a shape's values. */
export type Infer<S> = S extends Typed<infer Value> ? Value : never;

type InferMembers<Members extends MemberShapes> = {
  readonly [Name in keyof Members as Members[Name] extends RequiredMember
    ? Name
    : never]: Members[Name] extends RequiredMember<infer Of> ? Infer<Of> : never;
} & {
  readonly [Name in keyof Members as Members[Name] extends RequiredMember ? never : Name]?: Infer<
    Members[Name]
  >;
};

export function string<const Value extends string = string>(
  constraints: Omit<StringShape<Value>, 'kind' | 'regExp'> = {},
): StringShape<Value> {
  return {
    kind: 'string',
    ...constraints,
    ...(constraints.pattern !== undefined && { regExp: new RegExp(`^(?:${constraints.pattern})$`, 'u') }),
  };
}

export function integer(constraints: Omit<IntegerShape, 'kind'> = {}): IntegerShape {
  return { kind: 'integer', ...constraints };
}

export function boolean(): BooleanShape {
  return { kind: 'boolean' };
}

interface Size {
  readonly min?: number;
  readonly max?: number;
}

export function list<Member extends Shape>(member: Member, size: Size = {}): ListShape<Infer<Member>> {
  return { kind: 'list', member, ...size };
}

export function map<Value extends Shape>(
  key: StringShape,
  value: Value,
  size: Size = {},
): MapShape<Infer<Value>> {
  return { kind: 'map', key, value, ...size };
}

export function structure<Members extends MemberShapes>(
  members: Members,
): StructureShape<InferMembers<Members>> {
  return { kind: 'structure', members };
}

export function required<Of extends Shape>(shape: Of): RequiredMember<Of> {
  return { required: shape };
}

/** The shape of a structure's member, and whether it must be there. */
export function memberShape(member: Shape | RequiredMember): { shape: Shape; isRequired: boolean } {
  return 'required' in member
    ? { shape: member.required, isRequired: true }
    : { shape: member, isRequired: false };
}
