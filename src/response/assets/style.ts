// How do the pages look? One small sheet; colours are checked for contrast (WCAG 2.2 AA) in both schemes.

export const style = `:root {
  color-scheme: light dark;
  --ground: #f4f5f8; --glow: #e3e9fb; --card: #ffffff; --line: #e1e4ec; --line-strong: #8a93a8;
  --text: #171b26; --quiet: #5a6376; --accent: #2f56d6; --accent-over: #2445b4; --on-accent: #ffffff;
  --warn: #9a3412; --warn-ground: #fff3ea; --shadow: 0 1px 2px rgb(23 27 38 / 6%), 0 12px 32px -12px rgb(23 27 38 / 18%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e1118; --glow: #1a2340; --card: #171b25; --line: #2a3040; --line-strong: #7d879e;
    --text: #eceff6; --quiet: #a4adc0; --accent: #9db4ff; --accent-over: #b9c9ff; --on-accent: #0d1430;
    --warn: #ffb68a; --warn-ground: #2c1d14; --shadow: 0 1px 2px rgb(0 0 0 / 40%), 0 16px 40px -12px rgb(0 0 0 / 60%);
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; min-height: 100vh; min-height: 100dvh; display: flex; flex-direction: column;
  background: radial-gradient(60rem 32rem at 50% -12rem, var(--glow), transparent 70%) no-repeat var(--ground);
  color: var(--text); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", Ubuntu, Cantarell, sans-serif;
}
main { flex: 1; display: grid; place-items: center; padding: 2rem 1.25rem; }
.card {
  width: 100%; max-width: 26rem; padding: 2.25rem 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 1rem; box-shadow: var(--shadow);
}
.card.wide { max-width: 32rem; }
.mark { display: block; width: 3rem; height: 3rem; margin-bottom: 1.25rem; color: var(--accent); }
.logo { display: block; max-width: 100%; max-height: 6rem; margin-bottom: 1.25rem; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -.012em; text-wrap: balance; }
p { margin: 0 0 .75rem; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.status { margin-bottom: .5rem; color: var(--quiet); font-size: .875rem; font-variant-numeric: tabular-nums; }
.status strong { color: var(--warn); font-weight: 650; }
.banner { margin-bottom: 1rem; overflow-wrap: anywhere; }
.alert { padding: .75rem 1rem; border-radius: .625rem; background: var(--warn-ground); color: var(--warn); }
.facts { margin: 1.25rem 0 0; padding: 1rem 1.125rem; border: 1px solid var(--line); border-radius: .75rem; }
.facts dt { color: var(--quiet); font-size: .8125rem; }
.facts dd { margin: 0 0 .75rem; overflow-wrap: anywhere; }
.facts dd:last-child { margin-bottom: 0; }
form { margin: 0; }
.actions { display: grid; gap: .625rem; margin-top: 1.5rem; }
.fields { display: grid; gap: .75rem; margin-top: 1.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
.fields label { display: grid; gap: .25rem; font-size: .875rem; }
.fields input { min-height: 2.75rem; padding: .5rem .75rem; border: 1px solid var(--line-strong); border-radius: .625rem; background: var(--ground); color: var(--text); font: inherit; font-size: 1rem; }
.button {
  display: block; width: 100%; min-height: 2.875rem; padding: .6875rem 1.125rem; border: 1px solid transparent; border-radius: .625rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; line-height: 1.4; text-align: center;
  text-decoration: none; cursor: pointer; overflow-wrap: anywhere; transition: background-color .15s;
}
.button:hover { background: var(--accent-over); }
.button.second { background: transparent; border-color: var(--line-strong); color: var(--text); }
.button.second:hover { background: var(--ground); }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: .375rem; }
.button:focus-visible { border-radius: .625rem; }
details { margin: 1.25rem 0 -.5rem; font-size: .875rem; color: var(--quiet); }
summary { cursor: pointer; padding: .25rem 0; }
details p { margin: .5rem 0 0; }
code { font: .8125rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; color: var(--text); overflow-wrap: anywhere; user-select: all; }
footer { padding: 0 1.25rem 1.5rem; color: var(--quiet); font-size: .8125rem; text-align: center; overflow-wrap: anywhere; }
@media (max-width: 30rem) {
  main { place-items: start stretch; padding: 1.25rem 1rem; }
  .card { padding: 1.75rem 1.375rem; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .button { border-color: ButtonText; } }
`;
