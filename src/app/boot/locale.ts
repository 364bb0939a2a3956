/**
 * To be imported before uPlot, which hands `navigator.language` to Intl as it is loaded: Chromium started under the locale
 * C names a language (en-US@posix) that Intl refuses with an exception.
 */
try {
  Intl.getCanonicalLocales(navigator.language)
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' })
}
