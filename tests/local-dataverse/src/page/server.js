// Asking the server.

/** Sends a request to /_local/; what comes back is JSON. An error has the server's own words. */
export async function ask(path, method = "GET", body = undefined) {
  const options = { method, cache: "no-store" };
  if (body !== undefined) options.body = JSON.stringify(body);
  const response = await fetch(`/_local/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `The server answered ${response.status}.`);
  return answer;
}
