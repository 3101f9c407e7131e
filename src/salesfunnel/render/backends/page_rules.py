"""The rules of a page of its own, on a screen and on paper; ``&`` is its root."""

from __future__ import annotations

__all__ = ["PAPER", "SCREEN"]

SCREEN = """
*{box-sizing:border-box}
body{margin:0;background:var(--sf-back);color:var(--sf-ink);font:15px/1.5 FONT;
font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%}
body:lang(zh){line-height:1.65}
& h1,& h2,& h3,& h4,& p,& dl,& dd,& figure,& ul,& ol{margin:0;padding:0}
.pg{max-width:1240px;margin:0 auto;padding:0 clamp(16px,3.2vw,40px) 40px}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:8px;background:var(--sf-back);padding:8px;z-index:3}
& a{color:var(--sf-main);text-underline-offset:3px}
& button{font:inherit;color:var(--sf-main);background:none;border:0;padding:2px 0;cursor:pointer;
text-decoration:underline;text-underline-offset:3px}
:focus-visible{outline:2px solid var(--sf-main);outline-offset:2px;border-radius:2px}
.tb{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline;padding:18px 0 14px;
border-bottom:1px solid var(--sf-line)}
.tb>div{display:contents}.tb b{font-weight:650}
.tb span:not(.sf-nb){color:var(--sf-muted);font-size:13px}
.tb nav{margin-left:auto;display:flex;gap:14px;font-size:13px;align-items:baseline}
.hero{display:grid;grid-template-columns:minmax(0,7fr) minmax(0,5fr);gap:28px 56px;
padding:32px 0 36px;align-items:center}
.chip{display:inline-flex;gap:.5em;align-items:center;font-size:13px;font-weight:600;
color:var(--sf-alert);background:var(--sf-alert-tint);border-radius:99px;padding:3px 12px 3px 10px}
.chip small{font-weight:400;font-size:13px}
.chip.q{color:var(--sf-muted);background:var(--sf-panel)}
.chip.g{color:var(--sf-main);background:var(--sf-panel)}
& h1{font-size:clamp(26px,3.1vw,38px);line-height:1.16;letter-spacing:-.022em;font-weight:680;
margin:14px 0;text-wrap:balance}
:lang(zh) h1{word-break:keep-all;letter-spacing:0;line-height:1.32;
font-size:clamp(24px,2.7vw,33px)}
.hero p{font-size:17px;max-width:37em;color:var(--sf-muted);margin:0 0 8px}
.hero p b{color:var(--sf-ink);font-weight:650}
& .ks{border-left:1px solid var(--sf-line);padding-left:32px;display:grid;gap:15px}
.ks dt{font-size:13px;color:var(--sf-muted)}
.ks dd{font-size:17px;font-weight:650;line-height:1.3}
.ks dd small{display:block;font-size:13px;font-weight:400;color:var(--sf-muted);margin-top:1px}
.row{display:grid;grid-template-columns:minmax(0,1fr);gap:40px 56px;padding:30px 0 34px;
border-top:1px solid var(--sf-line)}
.r57{grid-template-columns:minmax(0,5fr) minmax(0,7fr)}
.r75{grid-template-columns:minmax(0,7fr) minmax(0,5fr)}
.r66{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}
& h2{font-size:20px;line-height:1.25;letter-spacing:-.012em;font-weight:660;text-wrap:balance}
:lang(zh) h2{letter-spacing:0}
.d{color:var(--sf-muted);font-size:14px;margin:3px 0 16px!important;max-width:62em}
& h3{font-size:15px;font-weight:650;line-height:1.35}
.stack{display:grid;gap:26px;align-content:start}
.cards{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:30px 36px}
.card{border-top:3px solid var(--sf-lost);padding:14px 0 0;break-inside:avoid}
.card .sf-plot{margin-top:8px}
.card.bad{border-color:var(--sf-alert)}.card.ok{border-color:var(--sf-main)}
.big{display:flex;align-items:baseline;gap:10px;margin:8px 0 2px}
.big b{font-size:32px;line-height:1.1;font-weight:680;letter-spacing:-.02em}
.card.bad .big b{color:var(--sf-alert)}
.big span{color:var(--sf-muted);font-size:13px}
& .kv{display:grid;grid-template-columns:minmax(8.5em,auto) minmax(0,1fr);
gap:3px 12px;font-size:13px;border-top:1px solid var(--sf-line);padding-top:9px;margin-top:8px}
.kv dt{color:var(--sf-muted)}.kv dd{text-align:right;font-weight:600}
.plan{display:grid;grid-template-columns:minmax(0,4.2fr) minmax(0,3fr) minmax(0,3.6fr);gap:0 36px}
.plan>*{border-top:1px solid var(--sf-line);padding:14px 0}
.plan .h{border:0;padding:0 0 6px;font-size:13px;color:var(--sf-muted);font-weight:600;
align-self:end}
.plan p{font-size:13.5px;color:var(--sf-muted);margin-top:2px}
.plan .meta{font-size:13px;margin-top:4px;color:var(--sf-ink)}
.plan .fig{font-size:13px}.plan .fig b{font-weight:650}
.plan .ph{display:none;color:var(--sf-muted);font-size:12px}
& .tl{display:grid;gap:12px;list-style:none;font-size:14px;border-left:2px solid var(--sf-line);
padding-left:18px;margin-left:6px!important}
.tl li{position:relative}
.tl li:before{content:"";position:absolute;left:-24px;top:6px;width:8px;height:8px;
border-radius:9px;background:var(--sf-back);border:2px solid var(--sf-main)}
.tl b{display:block;font-weight:650}
& .dq{display:grid;gap:7px;font-size:13.5px;background:var(--sf-panel);border-radius:8px;
padding:16px 18px;margin-top:4px;list-style:none}
.dq li{display:grid;grid-template-columns:1.2em minmax(0,1fr);gap:8px;overflow-wrap:anywhere}
.dq .i{font-weight:700;color:var(--sf-main)}.dq .i.w{color:var(--sf-alert)}
.dq .i.n{color:var(--sf-muted)}
.dq span+span{color:var(--sf-ink)}.dq small{display:block;color:var(--sf-muted);font-size:12.5px}
.sorts th button{color:inherit;text-decoration:none;font-weight:600}
.sorts th button:after{content:" ↕";color:var(--sf-grey)}
.sorts th[aria-sort=ascending] button:after{content:" ↑"}
.sorts th[aria-sort=descending] button:after{content:" ↓"}
.doc{padding:26px 0 30px}
& .sf-t thead th.sf-r{white-space:normal;min-width:6em}& .sf-t thead th.sf-c{white-space:nowrap}
& .doc h1{font-size:clamp(22px,2.4vw,30px);margin:0 0 10px}
& .doc h2{margin:28px 0 8px}& .doc h3,& .doc h4{margin:18px 0 6px}
& .doc p{margin:8px 0;max-width:62em}
& .doc .sf-bad,& .doc p.sf-warn,& .doc p.sf-good,& .doc div.sf-warn{border-left:3px solid
var(--sf-grey);padding:2px 0 2px 11px}
& .doc .sf-t .sf-bad{border:0}
& .doc p.sf-bad,& .doc div.sf-bad{border-color:var(--sf-alert)}
& .doc p.sf-good{border-color:var(--sf-main)}
& .doc .sf-muted{color:var(--sf-muted)}
& .doc .sf-caption{font-weight:650;margin:22px 0 6px}
& .sf-facts{display:grid;grid-template-columns:minmax(9em,max-content) minmax(0,1fr);
gap:6px 24px;margin:14px 0}
& .sf-facts dt{color:var(--sf-muted)}& .sf-facts dd{font-weight:600}
& .sf-pic{margin:14px 0;max-width:760px}& .sf-pic:has(.sf-hm){max-width:none}
& .doc .sf-t{width:auto;min-width:min(100%,680px)}& .doc .sf-scroll+.sf-scroll{margin-top:18px}
& .sf-fault{margin:8px 0;max-width:62em}
& .sf-code{font:.85em ui-monospace,Menlo,Consolas,monospace;color:var(--sf-muted)}
footer{border-top:1px solid var(--sf-line);padding:16px 0;color:var(--sf-muted);font-size:12.5px}
#tip{position:fixed;pointer-events:none;background:var(--sf-ink);color:var(--sf-back);
font-size:12.5px;padding:4px 9px;border-radius:5px;display:none;z-index:9;max-width:280px}
@media(max-width:1000px){.hero,.r57,.r75,.r66{grid-template-columns:minmax(0,1fr)}
.hero{gap:24px;padding:26px 0 28px}
& .ks{border-left:0;border-top:1px solid var(--sf-line);padding:18px 0 0;
grid-template-columns:1fr 1fr;gap:16px 24px}}
@media screen and (max-width:900px){.cards{grid-template-columns:minmax(0,1fr)}}
@media(max-width:760px){:lang(zh) h1{overflow-wrap:anywhere}
.cards{grid-template-columns:minmax(0,1fr);gap:26px}
.plan{grid-template-columns:minmax(0,1fr)}.plan .h{display:none}.plan>*{border:0;padding:4px 0}
.plan>.m{border-top:1px solid var(--sf-line);padding-top:14px}.plan .ph{display:block}
& .sf-row{grid-template-columns:minmax(0,1fr) auto;gap:0 12px}
& .sf-row>.sf-name{grid-column:1;grid-row:1}& .sf-row>.sf-fig{grid-column:2;grid-row:1}
& .sf-row>svg{grid-column:1/3;grid-row:2}
& .sf-under .sf-row{grid-template-columns:minmax(0,1fr) auto}
& .sf-under .sf-name{text-align:left}& .sf-under .sf-say{grid-column:1/3;grid-row:3}
.row{padding:24px 0 26px;gap:32px}.tb nav{margin-left:0}}
@media(max-width:600px){& .sf-cards thead{position:absolute;width:1px;height:1px;overflow:hidden;
clip-path:inset(50%)}
& .sf-cards .sf-t,& .sf-cards tbody,& .sf-cards tr,& .sf-cards td,& .sf-cards tbody th{
display:block;white-space:normal;text-align:left;max-width:none}
& .sf-cards tr{border-bottom:2px solid var(--sf-line);padding:6px 0}
& .sf-cards .sf-t td,& .sf-cards .sf-t tbody th{border:0;padding:2px 0}
& .sf-cards .sf-t tbody th{font-weight:650}
& .sf-cards td:empty{display:none!important}
& .sf-cards .sf-t td{text-align:left}
& .sf-cards td[data-label]{display:grid;grid-template-columns:9em minmax(0,1fr);gap:0 10px}
& .sf-cards td[data-label]::before{content:attr(data-label);color:var(--sf-muted);font-size:12px}
& .sf-facts{grid-template-columns:minmax(0,1fr);gap:0}& .sf-facts dd{margin-bottom:8px}}
@media screen{& .sf-tall{max-height:640px;overflow:auto;border:1px solid var(--sf-line)}
& .sf-tall thead th{position:sticky;top:0;background:var(--sf-back)}}
@media(max-width:460px){& .ks{grid-template-columns:minmax(0,1fr);gap:12px}.hero p{font-size:16px}}
@media(min-width:1700px){.pg{max-width:1480px}body{font-size:16px}}
"""
"""How a page looks in a browser, from a phone to a wide screen."""

PAPER = """
@page{size:A4;margin:11mm 12mm 12mm}
@media print{:root,:root:not([data-theme=light]),:root[data-theme=dark]{LIGHT;color-scheme:light}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body,body:lang(zh){font-size:10.5pt;line-height:1.4}
.pg{max-width:none;padding:0 6px;zoom:.82}
.tb nav,.skip,#tip,.screen,& details{display:none!important}
.tb{padding:0 0 6px}
.hero{grid-template-columns:7fr 5fr;padding:12px 0;gap:26px}
& .ks{border-left:1px solid var(--sf-line);border-top:0;padding:0 0 0 18px;
grid-template-columns:1fr;gap:7px}
.ks dd{font-size:11pt}.ks dd small,.ks dt{font-size:8.5pt}
& h1{font-size:19pt;margin:7px 0}.hero p{font-size:10.5pt;margin-bottom:4px}
.row{padding:10px 0 11px;gap:18px 28px;break-inside:avoid}
.row.long{break-inside:auto}
.r57{grid-template-columns:5fr 7fr}.r75{grid-template-columns:7fr 5fr}
.r66{grid-template-columns:1fr 1fr}
& h2{font-size:12.5pt;break-after:avoid}& h3{break-after:avoid}
.d{font-size:9pt;margin-bottom:7px!important;break-after:avoid}
& .sf-note{font-size:8pt;margin-top:6px}
.cards{grid-template-columns:repeat(3,1fr);gap:12px 20px}
.plan{grid-template-columns:4.2fr 3fr 3.6fr;gap:0 20px}.plan .h{display:block}
.plan .ph{display:none}
.plan>*{padding:6px 0;border-top:1px solid var(--sf-line);break-inside:avoid}
.plan .h{border:0;padding:0}.plan p,.plan .meta,.plan .fig{font-size:8.5pt}
& .sf-row{grid-template-columns:min(10.5em,34%) minmax(0,1fr) min(var(--sf-fig,5em),34%);
gap:0 8px}
& .sf-under .sf-row{grid-template-columns:min(9em,31%) minmax(0,1fr) 4.3em}
& .sf-under .sf-name{text-align:right}& .sf-under .sf-say{grid-column:2/4;grid-row:auto}
& .sf-row>.sf-name,& .sf-row>.sf-fig,& .sf-row>svg{grid-column:auto;grid-row:auto}
& .kv{font-size:8pt;grid-template-columns:auto minmax(0,1fr);gap:2px 8px;padding-top:5px;
margin-top:4px}
.card{padding-top:8px}.card .sf-plot{margin-top:0}
.big{margin:3px 0 0}.chip,.chip small{font-size:8.5pt}
& .sf-say{padding-bottom:2px}
.big b{font-size:19pt}& .sf-key{font-size:8pt}
& .dq{font-size:8.5pt;padding:8px 10px;gap:3px}.dq small{font-size:8pt}
& .sf-scroll,& .sf-tall{overflow:visible;max-height:none}& .sf-t{font-size:8.5pt}
& .sf-t th,& .sf-t td,& .sf-t thead th.sf-c,& .sf-t thead th.sf-r{padding:3px 5px;
white-space:normal;min-width:0}
& .sf-t tbody th{min-width:8em}& .sf-t td.sf-hm{padding:2px 4px}& .tl{font-size:9pt;gap:6px}
.sorts th button:after{content:""!important}
& .stack .sf-row{grid-template-columns:27% minmax(0,1fr) min(var(--sf-fig,5em),40%)}
.stack{gap:12px}footer{padding:6px 0;font-size:8pt}tr,li,.sf-fault{break-inside:avoid}
.r57 .sf-odd,.r66 .sf-odd{display:none}}
"""
"""How it is printed on A4: light, without what only a screen needs."""
