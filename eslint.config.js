/** Rules that TypeScript and Prettier do not check. */
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import typescript from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

/** A switched-off rule says why: `eslint-disable-next-line rule -- reason`. */
const describedDisable = {
  /** @param {import('eslint').Rule.RuleContext} context */
  create: (context) => ({
    Program() {
      for (const comment of context.sourceCode.getAllComments()) {
        if (!comment.loc || !/^\s*eslint-disable/.test(comment.value) || / -- \S/.test(comment.value)) continue;
        context.report({ loc: comment.loc, message: 'Say why the rule is switched off: `-- reason`.' });
      }
    }
  })
};

const suite = '/^(describe|suite|test|it)$/';
const whole = 'Every test runs, always; what it needs is told to skipIf, or to test.skip(condition, reason).';

/** No test is narrowed to, left out or expected to fail. Playwright's conditional `test.skip(condition, reason)` may stay. */
const narrowedTests = [
  `MemberExpression[object.name=${suite}][property.name=/^(only|todo|fixme|fails|fail)$/]`,
  `MemberExpression[object.object.name=${suite}][object.property.name='skip']`,
  `CallExpression[callee.object.name=${suite}][callee.property.name='skip'][arguments.length=0]`,
  `CallExpression[callee.object.name=${suite}][callee.property.name='skip'][arguments.0.type=/Literal/]`
].map((selector) => ({ selector, message: whole }));

export default defineConfig(
  { ignores: ['build/', '.svelte-kit/', 'test-results/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  typescript.configs.strict,
  svelte.configs['flat/recommended'],
  {
    plugins: { pumpside: { rules: { 'described-disable': describedDisable } } },
    languageOptions: { globals: globals['shared-node-browser'] },
    rules: {
      'pumpside/described-disable': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-alert': 'error',
      'no-debugger': 'error',
      'no-empty': 'error',
      'no-fallthrough': 'error',
      'no-self-compare': 'error',
      'no-template-curly-in-string': 'error',
      'no-unreachable-loop': 'error',
      'no-useless-concat': 'error',
      'object-shorthand': 'error',
      // An index inside its bounds is the reader's to see: `values[i]!`.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }]
    }
  },
  {
    // Types cost half of the time, so they are used where promises are: in the library, in one program.
    files: ['src/lib/**/*.ts'],
    // AssemblyScript is checked by its own compiler.
    ignores: ['**/*.svelte.ts', 'src/lib/lstm/wasm/assembly/**'],
    languageOptions: { parserOptions: { project: 'tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error'
    }
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: {
      globals: globals.browser,
      parserOptions: { extraFileExtensions: ['.svelte'], parser: typescript.parser, svelteConfig }
    },
    rules: { 'svelte/no-navigation-without-resolve': 'off' }
  },
  { files: ['src/lib/**'], rules: { 'no-console': 'error' } },
  { files: ['tests/**'], rules: { 'no-restricted-syntax': ['error', ...narrowedTests] } }
);
