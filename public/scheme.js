/* global document, localStorage, matchMedia */
// Runs before the first paint; src/app/views/scheme.ts takes over from it.
try {
  const kept = localStorage.getItem('engram.scheme')
  const dark = matchMedia('(prefers-color-scheme: dark)').matches
  document.documentElement.dataset.scheme = ['light', 'dark'].includes(kept) ? kept : dark ? 'dark' : 'light'
} catch {
  // Without storage src/app/views/scheme.ts decides.
}
