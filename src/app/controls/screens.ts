/** Styles for small screens, fingers and forced colours, and the height of the header; loaded after the first paint. */
import './screens.css'

/** Lets the styles know where the header ends, `--bar`: its lines wrap as they like. */
export function followHeader(header: HTMLElement): void {
  new ResizeObserver(() => {
    document.documentElement.style.setProperty('--bar', `${header.offsetHeight}px`)
  }).observe(header)
}
