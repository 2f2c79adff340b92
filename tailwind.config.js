/** Names for the tokens that static/src/app.css gives each theme. */
const token = (name) => `var(--${name})`;
const state = (name) => ({ DEFAULT: token(name), tint: token(`${name}-tint`) });

/** @type {import('tailwindcss').Config} */
export default {
  content: ["./views/**/*.templ", "./views/**/*.go", "!./views/**/*_templ.go", "!./views/preview/**"],
  theme: {
    extend: {
      colors: {
        page: token("page"),
        card: token("card"),
        line: token("line"),
        ink: token("ink"),
        muted: token("muted"),
        edge: token("edge"),
        accent: { DEFAULT: token("accent"), on: token("accent-on"), tint: token("accent-tint") },
        good: state("good"),
        waiting: state("waiting"),
        warn: state("warn"),
        bad: state("bad"),
      },
      fontFamily: {
        sans: ['"Inter Variable"', "system-ui", "sans-serif"],
        mono: ['"JetBrains Mono Variable"', "ui-monospace", "monospace"],
      },
      fontSize: {
        xs: ["0.75rem", "1.125rem"],
        sm: ["0.8125rem", "1.25rem"],
        base: ["0.9375rem", "1.5rem"],
        lg: ["1.0625rem", "1.625rem"],
        xl: ["1.375rem", "1.75rem"],
        "2xl": ["1.75rem", "2.125rem"],
      },
    },
  },
};
