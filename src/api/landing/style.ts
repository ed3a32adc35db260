export const landingStyle = `
:root { color-scheme: light dark; --ground: light-dark(#f7f5f2, #141312); --card: light-dark(#fff, #1e1c1b);
  --ink: light-dark(#221f1c, #efebe6); --soft: light-dark(#6f675f, #a39a91); --line: light-dark(#e4dfd8, #34302d);
  --accent: light-dark(#c9431c, #ff7a50); --on-accent: light-dark(#fff, #1d0d06); }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
header, main { max-width: 56rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; padding-bottom: 1rem; }
header p { margin: .25rem 0 0; color: var(--soft); }
h1 { display: flex; align-items: center; gap: .6rem; margin: 0; font-size: 1.6rem; letter-spacing: -.02em; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.05rem; }
.mark { width: 1.5rem; height: 1.5rem; border-radius: .4rem; background: var(--accent); position: relative; }
.mark::after { content: ""; position: absolute; left: .55rem; top: .4rem; border: .35rem solid transparent;
  border-left: .55rem solid var(--on-accent); border-right: 0; }
form, #stage { background: var(--card); border: 1px solid var(--line); border-radius: 1rem; padding: 1.25rem; }
#stage { margin-top: 1.25rem; }
#login { margin-bottom: 1.25rem; }
#login #key { flex: 1; min-width: 16rem; }
label { display: block; font-weight: 600; margin-bottom: .5rem; }
textarea, #key { width: 100%; padding: .75rem; font: inherit; color: inherit; background: var(--ground);
  border: 1px solid var(--line); border-radius: .6rem; resize: vertical; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
button { padding: .6rem 1.3rem; font: inherit; font-weight: 600; color: var(--on-accent); background: var(--accent);
  border: 1px solid var(--accent); border-radius: .6rem; cursor: pointer; }
button:hover { filter: brightness(1.08); }
button:disabled { opacity: .5; cursor: default; }
button.quiet { padding: .25rem .7rem; font-size: .85rem; color: var(--ink); background: transparent; border-color: var(--line); }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; }
.chips { display: flex; flex-wrap: wrap; gap: .5rem; margin: .75rem 0; }
.chips button { padding: .3rem .8rem; font-size: .85rem; font-weight: 400; color: var(--ink); background: transparent;
  border-color: var(--line); border-radius: 1rem; text-align: left; }
.hint, #step, #left { color: var(--soft); font-size: .9rem; font-variant-numeric: tabular-nums; }
kbd { padding: .05rem .35rem; border: 1px solid var(--line); border-radius: .3rem; font: inherit; font-size: .8rem; }
#problem { margin: .75rem 0 0; color: var(--accent); }
#problem:empty { display: none; }
#cancel { margin-left: auto; }
#title { margin: .75rem 0 0; }
.screen { display: grid; grid-template: 100% / 100%; aspect-ratio: 16 / 10; max-height: 26rem; width: 100%; margin: 0 auto .9rem; overflow: hidden;
  border-radius: .6rem; background: #0b0a0a; }
.screen > * { width: 100%; height: 100%; object-fit: contain; grid-area: 1 / 1; }
.screen img:not([src]), .screen video:not([src]) { visibility: hidden; }
progress { display: block; width: 100%; height: .5rem; margin-top: .75rem; appearance: none; border: 0; border-radius: .25rem; overflow: hidden;
  background: var(--line); }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); transition: width .4s; }
progress::-moz-progress-bar { background: var(--accent); }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem; }
.tile { margin: 0; padding: 0; overflow: hidden; color: var(--ink); font-weight: 400; text-align: left; background: var(--card);
  border: 1px solid var(--line); border-radius: .8rem; }
.tile video, .tile img, .tile .empty { display: block; width: 100%; aspect-ratio: 16 / 10; object-fit: cover; background: #0b0a0a; }
.tile .empty { display: grid; place-items: center; color: #a39a91; font-size: .85rem; }
.tile span { display: block; padding: .5rem .75rem; font-size: .85rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
code, pre { font: .85rem/1.5 ui-monospace, monospace; }
.code { position: relative; margin-top: .75rem; }
.code pre { margin: 0; padding: 1rem; overflow: auto; background: var(--card); border: 1px solid var(--line); border-radius: .8rem; }
.code button { position: absolute; top: .6rem; right: .6rem; background: var(--card); }
`;
