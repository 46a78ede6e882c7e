/* Lists the enabled users of an environment.
 *
 *   cc -Iinclude examples/list_users.c -Ltarget/release -ldynamics365 -o list_users
 *   DYNAMICS365_SECRET=... ./list_users https://contoso.crm4.dynamics.com/ client_id@tenant_id
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dynamics365.h"

static int fail(const char *what, d365_error *error) {
  const char *text = "";
  size_t len = 0;
  d365_error_text(error, D365_ERROR_FIELD_MESSAGE, &text, &len);
  fprintf(stderr, "%s: %.*s\n", what, (int)len, text);
  d365_error_free(error);
  return EXIT_FAILURE;
}

/* Rows are fields that end with US (0x1F) in records that end with RS (0x1E). */
static void print_batch(const d365_batch *batch) {
  size_t at;
  for (at = 0; at < batch->len; at++) {
    char character = batch->text[at];
    putchar(character == 0x1F ? '\t' : character == 0x1E ? '\n' : character);
  }
}

int main(int argc, char **argv) {
  const char *secret = getenv("DYNAMICS365_SECRET");
  d365_config *config = NULL;
  d365_client *client = NULL;
  d365_rows *rows = NULL;
  d365_error *error = NULL;
  d365_batch batch;
  d365_status status;

  if (argc != 3 || secret == NULL) {
    fprintf(stderr, "usage: DYNAMICS365_SECRET=... %s <url> <client_id@tenant_id>\n", argv[0]);
    return EXIT_FAILURE;
  }
  if (d365_abi_version() != D365_ABI_VERSION) {
    fprintf(stderr, "The library has ABI version %u, this program needs %u.\n", d365_abi_version(), D365_ABI_VERSION);
    return EXIT_FAILURE;
  }
  if (d365_config_new(argv[1], &config, &error) != D365_STATUS_OK ||
      d365_config_set_secret(config, argv[2], (const uint8_t *)secret, strlen(secret), &error) != D365_STATUS_OK ||
      d365_client_new(config, &client, &error) != D365_STATUS_OK) {
    d365_config_free(config);
    return fail("No client", error);
  }
  d365_config_free(config);

  status = d365_user_list(client, "systemuserid,fullname,internalemailaddress", "isdisabled eq false", "fullname asc", 0, &rows, &error);
  while (status == D365_STATUS_OK || status == D365_STATUS_PENDING) {
    status = d365_rows_next(rows, 1000, &batch, &error);
    if (status == D365_STATUS_OK) {
      print_batch(&batch);
    }
  }
  d365_rows_free(rows);
  d365_client_free(client);
  return status == D365_STATUS_END ? EXIT_SUCCESS : fail("No list", error);
}
