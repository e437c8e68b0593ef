/** The one style sheet of the pages; system fonts, light and dark, readable on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1c2024; --dim: #5b6570; --line: #dfe3e8; --soft: #f5f7f9; --link: #0b5cad; --warn: #9a4b00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e9ec; --dim: #9aa5b1; --line: #30363d; --soft: #161b22; --link: #6cb2ff; --warn: #f0a35e; --page: #0d1117; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page, #fff); color: var(--text); font: 16px/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); text-decoration: none; }
a:hover { text-decoration: underline; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr); max-width: 76rem; margin: 0 auto; padding: 1rem; gap: 0 2.5rem; }
header h1 { margin: .5rem 0 0; font-size: 1.7rem; line-height: 1.2; }
header p { margin: .4rem 0 1rem; color: var(--dim); }
nav { font-size: .92rem; }
nav { border: 1px solid var(--line); border-radius: 8px; padding: .4rem .8rem; margin-bottom: 1rem; }
nav ul { list-style: none; margin: .2rem 0 .8rem; padding: 0; }
nav li a { display: block; padding: .15rem 0; }
nav h2 { font-size: .8rem; margin: .8rem 0 0; color: var(--dim); text-transform: uppercase; letter-spacing: .04em; border: 0; padding: 0; }
h2 { font-size: 1.3rem; margin: 2rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
main > section:first-child > h2 { margin-top: 0; padding-top: 0; border-top: 0; }
h3 { font-size: 1.05rem; margin: 0; }
h4 { font-size: .8rem; margin: 1rem 0 .3rem; color: var(--dim); text-transform: uppercase; letter-spacing: .04em; }
article { border: 1px solid var(--line); border-radius: 10px; padding: .9rem 1rem; margin: 1rem 0; }
article p { margin: .4rem 0; white-space: pre-line; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .86em; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 8px; padding: .7rem .9rem; overflow-x: auto; margin: .3rem 0; overflow-wrap: normal; line-height: 1.45; }
summary { cursor: pointer; }
ul.fields { list-style: none; margin: .2rem 0; padding: 0; }
ul.fields ul.fields { border-left: 2px solid var(--line); padding-left: .8rem; margin: .3rem 0; }
ul.fields > li { padding: .3rem 0; border-top: 1px solid var(--line); }
ul.fields ul.fields > li:first-child { border-top: 0; }
.type, .note { color: var(--dim); font-size: .88rem; }
.mark { color: var(--warn); font-size: .78rem; font-weight: 600; margin-left: .3rem; }
.method { display: inline-block; min-width: 3.6em; font-weight: 700; font-size: .8rem; }
@media (min-width: 60rem) {
  .columns { grid-template-columns: 17rem minmax(0, 1fr); padding: 1.5rem; }
  header { grid-column: 1 / -1; }
  /* Beside the text there is room for the contents: they are shown however the summary stands. */
  @supports selector(::details-content) {
    nav summary { display: none; }
    nav details::details-content { content-visibility: visible; }
  }
  nav { position: sticky; top: 1rem; align-self: start; max-height: calc(100vh - 2rem); overflow-y: auto; }
}
`;
