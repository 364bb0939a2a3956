import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import typescript from 'typescript-eslint'
import { kindsAtHome } from './scripts/eslint-kinds.mjs'

export default defineConfig(
  // The peers and puppeteer bring types of their own, which only those who compare have installed.
  globalIgnores([
    'dist/',
    'out/',
    'coverage/',
    'bench/peers.ts',
    'bench/peers/main.ts',
    'bench/peers/jax.ts',
    'bench/peers/tensorflow.ts',
    'test/wgpu/firefox.test.ts',
  ]),
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [typescript.configs.strictTypeChecked, typescript.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'tsconfig.app.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // An index that is in range by construction: the alternative is a branch that no test can reach.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // `const { a, ...rest } = x` copies x without a; the name a is not used.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    // An experiment is about kinds that it names.
    ignores: ['src/core/reproduce/**'],
    plugins: { engram: { rules: { 'kinds-at-home': kindsAtHome } } },
    rules: { 'engram/kinds-at-home': 'error' },
  },
  {
    // Old versions of Node read them, to say that they are too old.
    files: ['bin/*.js', 'scripts/setup.mjs'],
    languageOptions: { ecmaVersion: 2020 },
    rules: {
      'no-restricted-syntax': [
        'error',
        'ChainExpression',
        'LogicalExpression[operator="??"]',
        'ImportDeclaration[source.value=/^node:/]',
      ],
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', module: 'writable' },
    },
  },
)
