/* global document, location, localStorage, matchMedia, URLSearchParams */
// Runs before the first paint; src/app/views/scheme.ts, src/app/controls/levels.ts and src/app/embed/page.ts take over from it.
const asked = new URLSearchParams(location.search)
if (asked.has('embed')) document.documentElement.dataset.embed = ''
// A link whose # has become a ? follows the level.
const [level] = /^\w+/.exec(asked.get('level') ?? '') ?? []
if (['picture', 'plots', 'lecture'].includes(level)) document.documentElement.dataset.level = level
try {
  const kept = localStorage.getItem('engram.scheme')
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.scheme = ['light', 'dark'].includes(kept) ? kept : dark ? 'dark' : 'light'
} catch {
  // Without storage src/app/views/scheme.ts decides.
}
