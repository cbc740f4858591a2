"""The style of the page: one sheet, inside it, for light and dark screens."""

STYLE = """
:root { color-scheme: light dark; --paper: #f6f5f2; --card: #fff; --ink: #22252b; --soft: #6a6f7a; --line: #e3e1dc;
  --red: #b3261e; --glow: #fdecea; --mark: #f8c9c4; --app: #1d5fbf; --code: #fbfaf8; }
@media (prefers-color-scheme: dark) { :root { --paper: #16181d; --card: #1e2127; --ink: #e6e7ea; --soft: #9aa0ac;
  --line: #30343d; --red: #ff8a80; --glow: #3a2224; --mark: #7a2e2a; --app: #8ab4f8; --code: #191b20; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
code, pre, .mono { font: 13px/1.6 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
header { border-top: 4px solid var(--red); background: var(--card); border-radius: 6px; padding: 1.25rem 1.5rem 1.4rem;
  box-shadow: 0 1px 3px #0001; }
.small { color: var(--soft); font-size: 13px; margin: 0; }
h1 { margin: .3rem 0 .2rem; font-size: 1.5rem; line-height: 1.25; color: var(--red); overflow-wrap: anywhere; }
.message { margin: 0 0 .9rem; font-size: 1.05rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.note { margin: 0 0 .9rem; padding-left: .8rem; border-left: 3px solid var(--line); white-space: pre-wrap;
  overflow-wrap: anywhere; }
.request { margin: 0; overflow-wrap: anywhere; }
.request b { color: var(--app); }
h2 { font-size: 1rem; margin: 2rem 0 .6rem; }
h2 .small { font-weight: normal; margin-left: .5rem; }
.cause { border-left: 4px solid var(--red); padding: .1rem 0 .1rem 1rem; margin: 2.2rem 0 .8rem; }
.cause h2 { margin: .1rem 0; color: var(--red); overflow-wrap: anywhere; }
details { background: var(--card); border: 1px solid var(--line); border-radius: 6px; margin: .45rem 0;
  overflow: hidden; }
summary { cursor: pointer; display: flex; gap: .75rem; align-items: baseline; padding: .5rem .9rem; }
summary::marker, summary::-webkit-details-marker { display: none; content: ""; }
summary .place { color: var(--soft); flex: 1; text-align: right; overflow-wrap: anywhere; }
summary:hover { background: var(--code); }
.owner { font-size: 12px; padding: .05rem .55rem; border-radius: 1rem; border: 1px solid var(--line);
  color: var(--soft); white-space: nowrap; }
.owner.app { color: var(--app); border-color: currentColor; }
.foreign summary .mono b { font-weight: normal; color: var(--soft); }
.source { margin: 0; padding: .5rem 0; background: var(--code); border-top: 1px solid var(--line); overflow-x: auto; }
.source span { display: block; padding-right: 1rem; white-space: pre; min-width: max-content; }
.source i { display: inline-block; width: 3.6rem; padding-right: 1rem; text-align: right; color: var(--soft);
  font-style: normal; user-select: none; }
.source .now { background: var(--glow); box-shadow: inset 3px 0 var(--red); }
.source mark { background: var(--mark); color: inherit; border-radius: 2px; }
.left { color: var(--soft); text-align: center; margin: .6rem 0; }
table { width: 100%; border-collapse: collapse; background: var(--card); border: 1px solid var(--line);
  border-radius: 6px; }
td, th { padding: .35rem .9rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
tr:first-child > * { border-top: 0; }
th { width: 14rem; color: var(--soft); font-weight: normal; }
pre.text { margin: 0; padding: .8rem .9rem; overflow-x: auto; border-top: 1px solid var(--line);
  background: var(--code); }
footer { margin-top: 2rem; color: var(--soft); font-size: 13px; }
"""
