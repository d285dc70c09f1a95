/** The town of the example game at dusk, as wide as it needs to be. */
export function Skyline() {
  return (
    <svg class="skyline" aria-hidden="true">
      <defs>
        <pattern id="town" width="390" height="200" patternUnits="userSpaceOnUse">
          <path
            class="far"
            d="M0 200V92h26v-18h22v34h18V58h8V44h10v14h8v56h24V84h34v20h16V36l14-14 14 14v84h22V72h30v30h14V54h26v62h18V80h20v-12h24v30h10v-16h26v118z"
          />
          <path
            class="near"
            d="M0 200v-62h34v-24h26v40h22v-62h30v50h18v-28h40v36h20v-70h16v-16h4v16h14v92h26v-46h34v28h20v-60h30v44h16v-22h40v84z"
          />
        </pattern>
      </defs>
      <rect width="100%" height="200" fill="url(#town)" />
    </svg>
  );
}
