/** What `main` names of this package is CommonJS that Node takes for a module; the other build loads. */
declare module 'wgsl_reflect/wgsl_reflect.module.js' {
  export { WgslReflect } from 'wgsl_reflect'
}
