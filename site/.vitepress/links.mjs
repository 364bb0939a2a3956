/** Links of docs/ that lead out of it. */
import { posix } from 'node:path'

/** Files of the project's root that are pages of the site, or that the site has in another place. */
const PAGES = new Map([
  ['CHANGELOG.md', 'changelog.md'],
  ['CONTRIBUTING.md', 'contributing.md'],
  ['README.md', 'index.md'],
])

/**
 * Sends links to source files where they can be read; where that is unknown their text stays, without a link.
 * @param sources - address of the sources, or undefined
 */
export function links(md, sources) {
  md.core.ruler.push('sources', ({ tokens, env }) => {
    for (const token of tokens) {
      if (token.children === null) continue
      let isOpen = true
      const closes = () => {
        const wasOpen = isOpen
        isOpen = true
        return wasOpen
      }
      token.children = token.children.filter((one) => {
        if (one.type === 'link_close') return closes()
        if (one.type !== 'link_open') return true
        const target = targetOf(String(one.attrGet('href')), env.relativePath ?? '', sources)
        isOpen = target !== undefined
        if (isOpen) one.attrSet('href', target)
        return isOpen
      })
    }
  })
}

/** Where a link of a page leads on the site; undefined = nowhere. */
function targetOf(href, page, sources) {
  const [, file = '', anchor = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? []
  if (file === '' || /^([a-z]+:|\/)/.test(file)) return href
  // Pages of the root are rendered in the folder of docs.
  const isOfRoot = [...PAGES.values()].includes(page)
  const path = isOfRoot ? posix.normalize(file) : posix.join('docs', posix.dirname(page), file)
  if (PAGES.has(path)) return `/${PAGES.get(path)}${anchor}`
  if (/^docs\/.*\.md$/.test(path))
    return `/${path.replace('docs/', '').replace(/README\.md$/, 'index.md')}${anchor}`
  return sources === undefined ? undefined : `${sources}/${path}${anchor}`
}
