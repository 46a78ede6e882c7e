/* The same as list_users.rs through the C ABI. */
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

int main(int argc, char **argv) {
  const char *secret = getenv("DYNAMICS365_SECRET");
  d365_config *config = NULL;
  d365_client *client = NULL;
  d365_rows *rows = NULL;
  d365_error *error = NULL;
  d365_batch batch;
  d365_status status;
  size_t count = 0, bytes = 0;

  if (argc != 4 || secret == NULL) {
    fprintf(stderr, "usage: DYNAMICS365_SECRET=... %s <url> <client_id@tenant_id> <columns>\n", argv[0]);
    return EXIT_FAILURE;
  }
  if (d365_config_new(argv[1], &config, &error) != D365_STATUS_OK ||
      d365_config_set_option(config, "authority", argv[1], &error) != D365_STATUS_OK ||
      d365_config_set_secret(config, argv[2], (const uint8_t *)secret, strlen(secret), &error) != D365_STATUS_OK ||
      d365_client_new(config, &client, &error) != D365_STATUS_OK) {
    d365_config_free(config);
    return fail("No client", error);
  }
  d365_config_free(config);
  status = d365_user_list(client, argv[3], NULL, NULL, 0, &rows, &error);
  while (status == D365_STATUS_OK || status == D365_STATUS_PENDING) {
    status = d365_rows_next(rows, 1000, &batch, &error);
    if (status == D365_STATUS_OK) {
      count += batch.rows;
      bytes += batch.len;
    }
  }
  d365_rows_free(rows);
  d365_client_free(client);
  if (status != D365_STATUS_END) {
    return fail("No list", error);
  }
  printf("rows %zu\nbytes %zu\n", count, bytes);
  return EXIT_SUCCESS;
}
