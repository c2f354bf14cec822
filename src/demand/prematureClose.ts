/** A stream was closed before its end. As Node calls it in its own stream.finished(). */
export function prematureClose(): Error {
  const error = new Error('The stream was destroyed before its end');
  return Object.assign(error, { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
