/** The styles of an embedded network, as one sheet that every shadow tree adopts: a strict content policy allows that. */
import lilGui from '../../../node_modules/lil-gui/dist/lil-gui.css?inline'
import uPlot from 'uplot/dist/uPlot.min.css?inline'
import controls from '../controls/controls.css?inline'
import refusal from '../controls/refusal.css?inline'
import expressions from '../controls/expressions.css?inline'
import messages from '../messages.css?inline'
import parts from '../parts.css?inline'
import map from '../plots/map.css?inline'
import plots from '../plots/plots.css?inline'
import options from '../views/options.css?inline'
import stage from '../views/stage.css?inline'
import embed from './embed.css?inline'
import host from './host.css?inline'

let sheet: CSSStyleSheet | undefined

export function sheetOfStyles(): CSSStyleSheet {
  if (sheet === undefined) {
    sheet = new CSSStyleSheet()
    sheet.replaceSync(
      [
        host,
        parts,
        uPlot,
        lilGui,
        controls,
        refusal,
        expressions,
        messages,
        map,
        plots,
        stage,
        options,
        embed,
      ].join('\n'),
    )
  }
  return sheet
}
