import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface Labelled {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly error?: string | undefined;
}

function Frame({
  id,
  label,
  hint,
  error,
  children,
}: Labelled & { readonly id: string; readonly children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="field-error" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}

function described(id: string, { hint, error }: Labelled): string | undefined {
  const ids = [hint ? `${id}-hint` : '', error === undefined ? '' : `${id}-error`].filter(Boolean);
  return ids.length === 0 ? undefined : ids.join(' ');
}

interface Text extends Labelled {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly required?: boolean;
  readonly placeholder?: string;
  readonly mono?: boolean;
}

export function TextField({
  secret = false,
  autocomplete = 'off',
  ...field
}: Text & {
  readonly secret?: boolean;
  readonly autocomplete?: string;
}) {
  const id = useId();
  const attributes = {
    id,
    class: field.mono ? 'mono' : '',
    value: field.value,
    required: field.required ?? false,
    placeholder: field.placeholder ?? '',
    autocomplete,
    autocapitalize: 'none',
    spellcheck: false,
    'aria-describedby': described(id, field),
    onInput: (event: InputEvent & { readonly currentTarget: HTMLInputElement }) =>
      field.onInput(event.currentTarget.value),
  } as const;
  return (
    <Frame id={id} {...field}>
      {secret ? <input type="password" {...attributes} /> : <input type="text" {...attributes} />}
    </Frame>
  );
}

export function AreaField({ rows = 6, ...field }: Text & { readonly rows?: number }) {
  const id = useId();
  return (
    <Frame id={id} {...field}>
      <textarea
        id={id}
        rows={rows}
        class={field.mono ? 'mono' : ''}
        value={field.value}
        required={field.required ?? false}
        placeholder={field.placeholder ?? ''}
        spellcheck={false}
        aria-describedby={described(id, field)}
        aria-invalid={field.error !== undefined}
        onInput={(event) => field.onInput(event.currentTarget.value)}
      />
    </Frame>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

export function SelectField({
  options,
  onChange,
  value,
  ...field
}: Labelled & {
  readonly value: string;
  readonly options: readonly Option[];
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  // What is set already stays to be seen, even where it is none of the options.
  const all = options.some((option) => option.value === value)
    ? options
    : [{ value, label: value }, ...options];
  return (
    <Frame id={id} {...field}>
      <select
        id={id}
        value={value}
        aria-describedby={described(id, field)}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        {all.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Frame>
  );
}

export function CheckField({
  label,
  hint,
  checked,
  onChange,
}: {
  readonly label: ComponentChildren;
  readonly hint?: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div class="check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
