import { randomInt } from 'node:crypto';
import type { StackContext, Tagged } from '../stack/tags.ts';
import type { JsonObject } from '../template/json.ts';

/** A resource of a template, found again on the service. */
export interface Owned {
  readonly type: string;
  readonly logicalId: string;
  /** What `Ref` gives. */
  readonly physicalId: string;
  readonly retain: boolean;
  /** Pools or roles that it is a part of. */
  readonly hosts: readonly Tagged[];
}

/** What to make a resource from. */
export interface Wanted {
  readonly logicalId: string;
  readonly properties: JsonObject;
  readonly retain: boolean;
}

/** One type of a template's resources: how its properties come to and from the service. */
export interface ResourceType {
  readonly type: string;
  /** The properties that are obeyed; others are refused. */
  readonly properties: readonly string[];
  readonly required: readonly string[];
  /** The properties that cannot change: another value asks for another resource. */
  readonly fixed: readonly string[];
  /** The kind of tag-bearer it is; undefined for what is a part of another. */
  readonly tagged?: Tagged['kind'];
  /**
   * Properties as `read` shows them, defaults filled in, those left out that are left to the service.
   * Throws a `TemplateError`.
   */
  normalise(properties: JsonObject, at: string): JsonObject;
  /** The properties as they are, undefined when it is gone. */
  read(context: StackContext, owned: Owned): Promise<JsonObject | undefined>;
  /** Makes it and returns its physical id. */
  create(context: StackContext, wanted: Wanted): Promise<string>;
  /** Brings it from `before` to what is wanted and returns its physical id. */
  update(context: StackContext, owned: Owned, wanted: Wanted, before: JsonObject): Promise<string>;
  delete(context: StackContext, owned: Owned): Promise<void>;
  /** What `Fn::GetAtt` gives, by name. */
  attributes(context: StackContext, physicalId: string): Promise<Readonly<Record<string, string>>>;
}

const letters = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A name for a resource that its template does not name: stack, logical id and twelve random letters. */
export function generatedName(stack: string, logicalId: string, longest: number): string {
  const random = Array.from({ length: 12 }, () => letters.charAt(randomInt(letters.length))).join('');
  const each = Math.floor((longest - random.length - 2) / 2);
  return `${stack.slice(0, each)}-${logicalId.slice(0, each)}-${random}`;
}
