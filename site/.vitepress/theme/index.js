import DefaultTheme from 'vitepress/theme'
import 'katex/dist/katex.min.css'
import Network from './Network.vue'
import Scenarios from './Scenarios.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }) {
    app.component('Network', Network)
    app.component('Scenarios', Scenarios)
  },
}
