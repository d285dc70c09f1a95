/** Outlines in a square of 24. */
const paths = {
  overview: 'M4 13h5v7H4zM10 4h5v16h-5zM16 9h4v11h-4z',
  pools: 'M4 6.5h16v4a1.5 1.5 0 0 0 0 3v4H4v-4a1.5 1.5 0 0 0 0-3zM14 7v2m0 3v1m0 3v1.5',
  identities: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20a7.5 7.5 0 0 1 15 0',
  token: 'M12 3l7 3v5c0 4.6-2.9 8.2-7 10-4.1-1.8-7-5.4-7-10V6zM8.8 12l2.3 2.3 4.3-4.6',
  roles: 'M5 4h14v16H5zM8.5 9h7M8.5 12.5h7M8.5 16h4',
  access: 'M14.5 13.5a5 5 0 1 0-4-4L4 16v4h4v-2.5h2.5V15zM16.5 7.5h.01',
  audit: 'M4 6h10M4 11h7M4 16h5M16.5 20a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM16.5 13.5v2.2l1.5 1',
  copy: 'M9 9h10v11H9zM5 15V4h10',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  cross: 'M6 6l12 12M18 6L6 18',
  out: 'M10 5H5v14h5M14 8l4 4-4 4M18 12H9',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
