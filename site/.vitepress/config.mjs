/** The site: its pages are gathered in dist/site-pages (site/pages.ts). */
import { defineConfig } from 'vitepress'
import { slugOf } from './anchors.mjs'
import { links } from './links.mjs'
import { maths } from './maths.mjs'
import { tables } from './tables.mjs'

/** The folder of the server, with a slash at both ends. */
const base = process.env.SITE_BASE ?? '/'
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_SHA } = process.env
/** Where files of the sources can be read; without it they are named and not linked. */
const sources =
  GITHUB_REPOSITORY === undefined
    ? undefined
    : `${GITHUB_SERVER_URL ?? 'https://github.com'}/${GITHUB_REPOSITORY}/blob/${GITHUB_SHA ?? 'main'}`

const item = (text, link) => ({ text, link })

const TUTORIAL = [
  item('Install', '/install'),
  item('1. A recall', '/tutorial/1-recall'),
  item('2. Damage and sharpness', '/tutorial/2-damage'),
  item('3. Your own patterns', '/tutorial/3-own-patterns'),
  item('4. Another model', '/tutorial/4-model'),
  item('5. Learning', '/tutorial/5-learning'),
]

const HOW_TO = [
  item('Your own data', '/how-to/data'),
  item('Your own activation', '/how-to/activation'),
  item('Your own learning rule', '/how-to/rule'),
  item('A sweep', '/how-to/sweep'),
  item('A cluster', '/how-to/cluster'),
  item('Continuous integration', '/how-to/ci'),
  item('Results in Python', '/how-to/python'),
  item('Figures and video for a paper', '/how-to/figures'),
]

const REFERENCE = [
  item('Scenarios in detail', '/scenario'),
  item('Keys of a scenario', '/keys'),
  item('Claims', '/claims'),
  item('The command line', '/command-line'),
  item('Commands and options', '/commands'),
  item('Sweeps', '/sweeps'),
  item('Library', '/library'),
  item('Functions and types', '/api/'),
  item('Analysis', '/analyse'),
  item('The page', '/page'),
  item('The page from the console', '/console'),
  item('Glossary', '/glossary'),
]

const EXPLANATION = [
  item('Theory', '/theory'),
  item('Time scales', '/time-scales'),
  item('Energy', '/energy'),
  item('Does it compute right?', '/checks'),
  item('Other programs', '/alternatives'),
  item('Performance', '/performance'),
  item('Performance in detail', '/performance-details'),
]

const EXAMPLES = [
  item('Scenarios', '/scenarios'),
  item('Models of other programs', '/gallery'),
  item('Reproductions', '/reproductions/'),
  item('Mutations', '/reproductions/mutations'),
  item('Mutations at full size', '/reproductions/mutations-full'),
]

const DEVELOPMENT = [
  item('Contributing', '/contributing'),
  item('How the code is built', '/architecture'),
  item('Adding a kind', '/extending'),
  item('Changelog', '/changelog'),
]

export default defineConfig({
  base,
  srcDir: '../dist/site-pages',
  outDir: '../dist/site',
  cacheDir: '../dist/site-cache',
  lang: 'en-GB',
  title: 'engram',
  description:
    'A simulator of associative memory, on the GPU: neurons, synapses and memories, each at its own speed, in the browser and on the command line',
  rewrites: { 'reproductions/README.md': 'reproductions/index.md' },
  head: [['link', { rel: 'icon', href: `${base}icon.svg` }]],
  lastUpdated: false,
  // The page is built beside the site, after it.
  ignoreDeadLinks: [/^\/run\/(\?|$)/],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    anchor: { slugify: slugOf },
    config(md) {
      maths(md)
      tables(md)
      links(md, sources)
    },
  },
  themeConfig: {
    logo: '/icon.svg',
    nav: [
      item('Tutorial', '/tutorial/1-recall'),
      item('How to', '/how-to/data'),
      item('Reference', '/keys'),
      item('Theory', '/theory'),
      item('Scenarios', '/scenarios'),
    ],
    sidebar: [
      { text: 'Tutorial', items: TUTORIAL },
      { text: 'How to', items: HOW_TO },
      { text: 'Reference', items: REFERENCE },
      { text: 'Explanation', items: EXPLANATION },
      { text: 'Examples', items: EXAMPLES },
      { text: 'Development', items: DEVELOPMENT },
    ],
    outline: [2, 3],
    search: { provider: 'local' },
    ...(sources === undefined
      ? {}
      : { socialLinks: [{ icon: 'github', link: sources.replace(/\/blob\/.*/, '') }] }),
  },
  vite: {
    // The page beside the site has its own configuration and its own public files.
    configFile: false,
    build: { chunkSizeWarningLimit: 4096 },
  },
})
