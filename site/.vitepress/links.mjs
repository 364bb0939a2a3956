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
    const folder = posix.dirname(env.relativePath ?? '')
    for (const { children } of tokens) {
      let isOpen = true
      for (const token of children ?? []) {
        if (token.type === 'link_close') {
          if (!isOpen) token.hidden = true
          isOpen = true
        }
        if (token.type !== 'link_open') continue
        const href = String(token.attrGet('href'))
        if (/^([a-z]+:|#|\/)/.test(href)) continue
        const [, file = '', anchor = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? []
        // A page of the root is rendered in the folder of docs.
        const inDocs = posix.join(folder, file)
        const fromRoot = PAGES_BY_NAME.has(env.relativePath)
        const path = fromRoot ? posix.join(file) : posix.join('docs', inDocs)
        if (PAGES.has(path)) token.attrSet('href', `/${PAGES.get(path)}${anchor}`)
        else if (/^docs\/.*\.md$/.test(path) || (file.endsWith('.md') && /^api\//.test(inDocs)))
          token.attrSet('href', `/${path.replace('docs/', '').replace(/README\.md$/, 'index.md')}${anchor}`)
        else if (sources !== undefined) token.attrSet('href', `${sources}/${path}${anchor}`)
        else {
          isOpen = false
          token.hidden = true
        }
      }
    }
  })
}

const PAGES_BY_NAME = new Set(PAGES.values())
