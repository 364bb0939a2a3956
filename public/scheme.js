/* global document, location, localStorage, matchMedia, URLSearchParams */
// Runs before the first paint; src/app/views/scheme.ts and src/app/embed/page.ts take over from it.
if (new URLSearchParams(location.search).has('embed')) document.documentElement.dataset.embed = ''
try {
  const kept = localStorage.getItem('engram.scheme')
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.scheme = ['light', 'dark'].includes(kept) ? kept : dark ? 'dark' : 'light'
} catch {
  // Without storage src/app/views/scheme.ts decides.
}
