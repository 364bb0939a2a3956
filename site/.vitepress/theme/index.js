import DefaultTheme from 'vitepress/theme-without-fonts'
import 'katex/dist/katex.min.css'
import Layout from './Layout.vue'

import TwoCommands from './TwoCommands.vue'
import Network from './Network.vue'
import OwnPage from './OwnPage.vue'
import Scenarios from './Scenarios.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  Layout,
  enhanceApp({ app }) {
    app.component('TwoCommands', TwoCommands)
    app.component('Network', Network)
    app.component('OwnPage', OwnPage)
    app.component('Scenarios', Scenarios)
  },
}
