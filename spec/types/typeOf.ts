type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;

/** `typeOf(value).is<T>()` compiles only when the type of `value` is exactly `T`. Does nothing at run time. */
export function typeOf<Actual>(_value: Actual) {
  return {
    is<Expected>(..._mismatch: Equal<Actual, Expected> extends true ? [] : [actual: Actual]): void {},
  };
}
