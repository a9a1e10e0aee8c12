"""The look of the report's page: one sheet for light, dark and a phone; no picture or font is loaded."""

STYLE = """
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#1c2330;--soft:#5d6878;--edge:#dfe3e9;--grid:#e6e9ee;
--c1:#2563c9;--c2:#c2410c;--c3:#8b5cf6;--c4:#0f8a6a;--c5:#b9c2cf;
--good:#0f7a4d;--fair:#9a6200;--poor:#b8232f;--goodbg:#e2f5ea;--fairbg:#fdf1d8;--poorbg:#fde5e6}
@media (prefers-color-scheme:dark){:root{--bg:#12151b;--card:#1a1f27;--ink:#e7ebf1;--soft:#9aa5b5;--edge:#2b323d;
--grid:#2a303a;--c1:#6aa5ff;--c2:#ff9a5c;--c3:#b79bff;--c4:#4fd0a5;--c5:#465061;
--good:#6fdca6;--fair:#f3c261;--poor:#ff8a8f;--goodbg:#143327;--fairbg:#382b11;--poorbg:#40191d}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);line-height:1.5;
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK JP","Hiragino Sans",Meiryo,sans-serif}
main{max-width:920px;margin:0 auto;padding:20px 16px 60px}
h1{font-size:1.5rem;line-height:1.25;margin:.4em 0 .2em;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:0 0 .6em}h3{font-size:1rem;margin:1.4em 0 .5em}
p{margin:.4em 0}small,.soft{color:var(--soft)}code{font-family:ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--edge);border-radius:12px;padding:18px 20px;margin:16px 0}
video,img.preview{width:100%;border-radius:8px;background:#101318;display:block}
ul,ol{margin:.3em 0;padding-left:1.3em}li{margin:.25em 0;overflow-wrap:anywhere}
.chip{display:inline-block;border-radius:99px;padding:0 .7em;font-size:.82rem;font-weight:600;white-space:nowrap}
.good{color:var(--good);background:var(--goodbg)}.fair{color:var(--fair);background:var(--fairbg)}
.poor{color:var(--poor);background:var(--poorbg)}.plain{color:var(--soft)}
ul.warn{list-style:none;padding:0}ul.warn li{border-left:3px solid var(--fair);padding:.1em 0 .1em .8em}
table{border-collapse:collapse;width:100%;font-size:.93rem}
td,th{text-align:left;vertical-align:top;padding:.5em .6em .5em 0;border-top:1px solid var(--edge)}
tr:first-child>*{border-top:0}td.value{white-space:nowrap;font-variant-numeric:tabular-nums;font-weight:600}
td.means{color:var(--soft)}th{font-weight:500}.advice{color:var(--ink)}
table.figures th.group{font-size:.8rem;color:var(--soft);text-transform:uppercase;letter-spacing:.05em;
padding-top:1.2em}
figure{margin:18px 0 0}
section>figure:first-child{margin-top:0}
figcaption{font-size:.9rem;margin-bottom:6px}
figcaption i{color:var(--soft);font-style:normal}
.legend{margin-left:.6em}.legend span{margin-right:.9em;white-space:nowrap;color:var(--soft)}
.legend i{display:inline-block;width:14px;height:4px;border-radius:2px;margin:0 .4em .2em 0}
.k1{background:var(--c1)}.k2{background:var(--c2)}.k3{background:var(--c3)}.k4{background:var(--c4)}
.k5{background:var(--c5)}
svg{display:block;width:100%}svg path{fill:none;vector-effect:non-scaling-stroke}
.l1{stroke:var(--c1)}.l2{stroke:var(--c2)}.l3{stroke:var(--c3)}.l4{stroke:var(--c4)}.l5{stroke:var(--c5)}
svg path[class^=l]{stroke-width:1.6;stroke-linejoin:round}
.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}
.grid{stroke:var(--grid);stroke-width:1}.mark{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4}
.start{fill:var(--card);stroke:var(--c1);stroke-width:5}
.axes{display:grid;grid-template-columns:48px 1fr}
.ys{position:relative}
.ys span{position:absolute;right:8px;transform:translateY(-50%);font-size:.75rem;color:var(--soft)}
.area{position:relative;height:120px;border-left:1px solid var(--edge);border-bottom:1px solid var(--edge)}
.area svg{height:100%;overflow:visible}
.note{position:absolute;right:4px;transform:translateY(-115%);font-size:.72rem;color:var(--soft);
text-shadow:0 0 3px var(--card),0 0 3px var(--card),0 0 3px var(--card)}
.xs{padding-left:48px;height:1.4em}.xs div{position:relative}
.xs span{position:absolute;transform:translateX(-50%);font-size:.75rem;color:var(--soft);white-space:nowrap;top:2px}
.xs span:last-child:not(:first-child){transform:translateX(-80%)}
.row{display:grid;grid-template-columns:104px 1fr;align-items:center;margin:3px 0}
.row>span{font-size:.8rem;color:var(--soft);overflow-wrap:anywhere;padding-right:8px}
.row svg{height:14px;background:var(--grid);border-radius:3px}
.strips .xs{padding-left:104px}
.floor svg{max-width:380px;border:1px solid var(--edge);border-radius:6px}
details{margin-top:14px}summary{cursor:pointer;color:var(--soft)}
.files{display:grid;grid-template-columns:repeat(auto-fit,minmax(250px,1fr));gap:8px;padding:0;list-style:none}
.files li{border:1px solid var(--edge);border-radius:8px;padding:8px 12px;margin:0}
.files a{font-weight:600;color:var(--c1);text-decoration:none;overflow-wrap:anywhere}
@media (max-width:560px){main{padding:8px 10px 40px}section{padding:14px 14px;border-radius:10px}
table,tbody{display:block}table.figures tr{display:grid;grid-template-columns:1fr auto;gap:0 10px;
border-top:1px solid var(--edge);padding:.6em 0}table.figures tr:first-child{border-top:0}
table.figures td,table.figures th{border:0;padding:0}
table.figures th.group{grid-column:1/3;padding-top:.5em}td.verdict{grid-row:1;grid-column:2}
table.figures td.value{grid-row:2;grid-column:1/3}td.means{grid-column:1/3}
.row{grid-template-columns:84px 1fr}.strips .xs{padding-left:84px}}
"""
