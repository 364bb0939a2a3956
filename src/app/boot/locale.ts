/**
 * Import before uPlot, which passes `navigator.language` to Intl at load: Chromium with the locale C reports a
 * language (en-US@posix) for which Intl throws.
 */
try {
  Intl.getCanonicalLocales(navigator.language)
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US' })
}
