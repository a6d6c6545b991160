// user:password@ in any URL-like text, also where the password itself holds '@' or '/'.
const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^\s'"]*@/gi;
// Cameras also take secrets as query parameters.
const SECRET_PARAMETERS =
  /([?&;](?:pass(?:word|wd)?|pwd|token|auth|key|secret|user(?:name)?|usr)=)[^&\s'"]*/gi;

/**
 * Any text with the secrets of the URLs in it taken out: `rtsp://me:pw@cam/1?token=x` → `rtsp://***@cam/1?token=***`.
 * Everything that may hold a source's URL (logs, ffmpeg's own words, errors, the page) goes through here.
 */
export function redactUrl(text: string): string {
  return text.replace(USER_INFO, '$1***@').replace(SECRET_PARAMETERS, '$1***');
}
