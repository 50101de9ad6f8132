// The page's own line icons, 24 x 24, drawn with the text colour. Decorative: words stand beside them or in
// the button's label, so they are hidden from screen readers.
const PATHS = {
  map: "M9 4 3 6.5v13L9 17l6 3 6-2.5v-13L15 7 9 4Zm0 0v13m6-10v13",
  alert: "M12 4 2.5 20h19L12 4Zm0 6v4.5m0 2.6v.4",
  book: "M5 20V5.5A1.5 1.5 0 0 1 6.5 4H19v16H6.5A1.5 1.5 0 0 1 5 18.5M12 8v6m-3-3h6",
  trips: "M6 5h12M6 10h12M6 15h7m-7 5h7m3-2 2 2 4-4",
  approve: "M4 5h16v14H4zM8 12l3 3 5-6",
  dispatch: "M4 6h5v4H4zM4 14h5v4H4zM9 8h4v8H9m4-4h3m0-3h5v6h-5z",
  drive:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 6.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5ZM3.5 11l6-.3m5 0 6 .3M12 14.5V21",
  units: "M10 3h4v4h-4zM3 17h4v4H3zm7 0h4v4h-4zm7 0h4v4h-4zM12 7v10M5 17v-5h14v5",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 9c0-3.3 2.7-6 6-6s6 2.7 6 6m1-9a3 3 0 1 0-1-5.8M17 14c2.3.6 4 2.8 4 6",
  vehicles:
    "M3 16v-4l2-5.5A2 2 0 0 1 6.9 5h10.2A2 2 0 0 1 19 6.5l2 5.5v4H3Zm0-4h18M6 16v2.5M18 16v2.5M6.5 14h1m9 0h1",
  devices:
    "M12 12v9m-3 0h6M12 12a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3Zm-4-5.5a5.7 5.7 0 0 0 0 8m8-8a5.7 5.7 0 0 1 0 8M5.2 4a9.5 9.5 0 0 0 0 13M18.8 4a9.5 9.5 0 0 1 0 13",
  health: "M3 12h4l2.5-6 4 12 2.5-6H21",
  commands: "M4 5h16v11H9l-5 4V5Zm6 5.5h4m0 0-2-2m2 2-2 2",
  tickets: "M4 7h16v3.5a1.5 1.5 0 0 0 0 3V17H4v-3.5a1.5 1.5 0 0 0 0-3V7Zm9 0v10",
  areas: "m12 3 8 5-3 11H7L4 8l8-5Zm0 6.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4Z",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4m8-4v4",
  rules: "M12 3v18M6 6h12M6 6l-3 7h6L6 6Zm12 0-3 7h6l-3-7ZM8 21h8",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 9c0-4.4 3.6-7 8-7s8 2.6 8 7",
  help: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-2.5 6.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1 1-1.1 1.8m0 3v.4",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15L6 17Zm4 3.5h4",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13Zm5 11.5L21 21",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8Zm0-5v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5Z",
  auto: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 0v18m3-16.5v15m3-12.5v10",
  language: "M4 6h9M8.5 4v2m3 0c-.8 4-3.2 7-7 8.5m1.5-6c1 2.5 3 4.5 5.5 5.5M13 20l4-10 4 10m-6.8-3h5.6",
  menu: "M4 6h16M4 12h16M4 18h16",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  close: "m6 6 12 12M18 6 6 18",
  download: "M12 4v11m-4.5-4L12 15.5 16.5 11M4 20h16",
  follow: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10Zm0-4v4m0 10v4M3 12h4m10 0h4",
  table: "M4 5h16v14H4zM4 10h16M4 14.5h16M10 5v14",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  filter: "M4 5h16l-6 7.5V19l-4 1.5v-8L4 5Z",
  fit: "M4 9V4h5m6 0h5v5m0 6v5h-5m-6 0H4v-5",
  back: "m15 6-6 6 6 6",
  onward: "m9 6 6 6-6 6",
  up: "m6 15 6-6 6 6",
  down: "m6 9 6 6 6-6",
  check: "m5 12.5 4.5 4.5L19 7.5",
  plus: "M12 5v14M5 12h14",
  pin: "M12 21s-7-6.2-7-11.5a7 7 0 0 1 14 0C19 14.8 12 21 12 21Zm0-14a2.7 2.7 0 1 0 0 5.4A2.7 2.7 0 0 0 12 7Z",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.5V12l3.5 2",
  signOut: "M14 4H6v16h8M10 12h11m-3.5-3.5L21 12l-3.5 3.5",
  spark: "M12 3v5m0 8v5M3 12h5m8 0h5M6 6l2.5 2.5M15.5 15.5 18 18M18 6l-2.5 2.5M8.5 15.5 6 18",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      style={{ flex: "none" }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
