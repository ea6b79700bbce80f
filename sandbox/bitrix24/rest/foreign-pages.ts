import type { HttpReply } from '../../faulty-http.ts';

const HTML = { 'content-type': 'text/html; charset=utf-8' };

const GATEWAY_ERRORS = { 502: '502 Bad Gateway', 504: '504 Gateway Time-out' } as const;

/** What nginx says when the server behind it does not. */
export function gatewayError(status: keyof typeof GATEWAY_ERRORS): HttpReply {
  const title = GATEWAY_ERRORS[status];
  const lines = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
    '',
  ];
  return { status, headers: { 'content-type': 'text/html', server: 'nginx' }, body: lines.join('\r\n') };
}

const PAGES = {
  login: `<!DOCTYPE html>
<html lang="en">
<head><title>Authorization</title></head>
<body>
<form name="form_auth" method="post" action="/auth/?login=yes">
<input type="text" name="USER_LOGIN"><input type="password" name="USER_PASSWORD"><button>Log in</button>
</form>
</body>
</html>
`,
  maintenance: `<!DOCTYPE html>
<html lang="en">
<head><title>Maintenance</title></head>
<body><h1>Your Bitrix24 is being updated</h1><p>Please come back in a few minutes.</p></body>
</html>
`,
  captcha: `<!DOCTYPE html>
<html lang="en">
<head><title>Just a moment...</title></head>
<body><h1>Please confirm that you are not a robot</h1><form method="post"><input type="hidden" name="captcha_sid"></form></body>
</html>
`,
  empty: '',
};

/** A page for people where an answer was expected. */
export const htmlPage = (page: keyof typeof PAGES, status: number): HttpReply => ({ status, headers: HTML, body: PAGES[page] });
