"""The look of the pages: one style sheet for light and dark."""

STYLE = """
:root { color-scheme: light dark; --accent: #0b6e4f; --on-accent: #fff; --paper: #fbfaf7; --ink: #1d2421;
  --quiet: #5c6661; --line: #dcdcd3; --card: #fff; --bad: #a4262c; }
@media (prefers-color-scheme: dark) { :root { --accent: #5fd3a6; --on-accent: #0c1512; --paper: #121715;
  --ink: #e6ebe8; --quiet: #9aa5a0; --line: #2b3431; --card: #1a211e; --bad: #ff8a8f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: .15em; }
header, main, footer { max-width: 46rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; padding-top: 2rem; }
header > a { font-size: 1.5rem; font-weight: 700; text-decoration: none; color: var(--ink); margin-right: auto; }
h1 { font-size: 1.25rem; margin: 1.5rem 0 .75rem; overflow-wrap: anywhere; }
footer { padding-block: 2rem; color: var(--quiet); font-size: .875rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1rem 0; }
input, button { font: inherit; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; }
input { flex: 1 1 12rem; min-width: 0; background: var(--card); color: var(--ink); }
button { background: var(--accent); color: var(--on-accent); border-color: var(--accent); cursor: pointer; }
button.quiet { background: none; color: var(--bad); border-color: var(--line); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
summary { cursor: pointer; color: var(--accent); margin-top: 1rem; }
ul.cards { list-style: none; margin: 0; padding: 0; display: grid; gap: .75rem; }
ul.cards li { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: .75rem 1rem; }
li strong, dd { overflow-wrap: anywhere; }
.quiet { color: var(--quiet); font-size: .875rem; }
.wrong { color: var(--bad); font-weight: 600; }
.tags { display: flex; flex-wrap: wrap; gap: .4rem; margin: .35rem 0 0; }
.tags a { font-size: .8125rem; padding: .05rem .6rem; border: 1px solid var(--line); border-radius: 1rem;
  text-decoration: none; }
nav.pager { display: flex; gap: 1rem; margin: 1rem 0; }
dt { color: var(--quiet); font-size: .875rem; } dd { margin: 0 0 .75rem; }
"""
