/* What holds for every function: versions, names, NULL, text that is not UTF-8, outputs that stay untouched on failure. */
#include "check.h"

static void versions(void) {
  CHECK("the ABI version is the header's", d365_abi_version() == D365_ABI_VERSION);
  CHECK("the library's version is a text", strchr(d365_version(), '.') != NULL);
  CHECK("a status has a name", strcmp(d365_status_name(D365_STATUS_USER_NOT_FOUND), "UserNotFound") == 0);
  CHECK("a number that is no status is Unknown", strcmp(d365_status_name(12345), "Unknown") == 0);
}

static void freeing_null(void) {
  d365_config_free(NULL);
  d365_client_free(NULL);
  d365_operation_free(NULL);
  d365_operation_cancel(NULL);
  d365_rows_free(NULL);
  d365_rows_cancel(NULL);
  d365_error_free(NULL);
  CHECK("freeing and cancelling NULL is fine", true);
}

static void null_arguments(void) {
  d365_error *error = NULL;
  d365_config *config = NULL;
  d365_client *client = NULL;
  d365_operation *operation = NULL;
  d365_rows *rows = NULL;
  d365_batch batch;
  const char *text = NULL;
  size_t len = 7;

  CHECK("NULL url", d365_config_new(NULL, &config, &error) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("the error names the argument", error_has(error, D365_ERROR_FIELD_MESSAGE, "'url' is NULL"));
  CHECK("the error has the status", d365_error_status(error) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("the target is the argument", error_has(error, D365_ERROR_FIELD_TARGET, "url"));
  CHECK("the output stays untouched", config == NULL);
  d365_error_free(error);
  CHECK("NULL output", d365_config_new("https://contoso.example/", NULL, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL config", d365_client_new(NULL, &client, NULL) == D365_STATUS_INVALID_ARGUMENT && client == NULL);
  CHECK("NULL config for a secret", d365_config_set_secret(NULL, LOGIN_ID, NULL, 0, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL config for a token", d365_config_set_access_token(NULL, NULL, 0, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL config for an option", d365_config_set_option(NULL, "proxy", "none", NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: user_get", d365_user_get(NULL, ADELE, NULL, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: user_create", d365_user_create(NULL, "{}", 0, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: user_update", d365_user_update(NULL, ADELE, "{}", 0, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: user_set_enabled", d365_user_set_enabled(NULL, ADELE, true, 0, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: user_move", d365_user_move(NULL, ADELE, SALES, 0, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: user_roles", d365_user_roles(NULL, ADELE, NULL, &rows, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: user_list", d365_user_list(NULL, NULL, NULL, NULL, 0, &rows, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: role_get", d365_role_get(NULL, ADELE, NULL, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: role_list", d365_role_list(NULL, NULL, NULL, NULL, 0, &rows, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: role_assign", d365_role_assign(NULL, ADELE, "x", NULL, 0, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: role_revoke", d365_role_revoke(NULL, ADELE, "x", NULL, 0, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: business_unit_list", d365_business_unit_list(NULL, NULL, NULL, NULL, 0, &rows, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: who_am_i", d365_who_am_i(NULL, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client: request", d365_request(NULL, "GET", "x", NULL, NULL, 0, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("no handle came out", operation == NULL && rows == NULL);
  CHECK("NULL operation: wait", d365_operation_wait(NULL, 0, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL operation: result", d365_operation_result(NULL, &text, &len, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL operation: log", d365_operation_log(NULL, &text, &len, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL rows: next", d365_rows_next(NULL, 0, &batch, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL rows: log", d365_rows_log(NULL, &text, &len, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL error: text", d365_error_text(NULL, D365_ERROR_FIELD_MESSAGE, &text, &len) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("texts stay untouched", text == NULL && len == 7);
  CHECK("NULL error: status", d365_error_status(NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL error: no HTTP status, no wait", d365_error_http_status(NULL) == 0 && d365_error_retry_after_ms(NULL) == -1);
}

static void bad_configuration(void) {
  d365_error *error = NULL;
  d365_config *config = NULL;
  d365_client *client = NULL;
  const char *text = NULL;
  size_t len = 0;

  CHECK("plain http elsewhere", d365_config_new("http://contoso.example/", &config, &error) == D365_STATUS_INVALID_CONFIGURATION);
  CHECK("it says why", error_has(error, D365_ERROR_FIELD_MESSAGE, "plain http is allowed to this machine only"));
  CHECK("there was no reply", d365_error_http_status(error) == 0 && d365_error_retry_after_ms(error) == -1);
  CHECK("a field that is none", d365_error_text(error, 99, &text, &len) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("a text that is not there is empty", d365_error_text(error, D365_ERROR_FIELD_CODE, &text, &len) == D365_STATUS_OK && len == 0);
  d365_error_free(error);
  error = NULL;

  CHECK("not UTF-8", d365_config_new("\xff\xfe", &config, NULL) == D365_STATUS_INVALID_ARGUMENT && config == NULL);
  CHECK("settings", d365_config_new("https://contoso.example/", &config, NULL) == D365_STATUS_OK && config != NULL);
  CHECK("no credential", d365_client_new(config, &client, NULL) == D365_STATUS_INVALID_CONFIGURATION && client == NULL);
  CHECK("a login id that is none", d365_config_set_secret(config, "me", (const uint8_t *)"s", 1, &error) == D365_STATUS_INVALID_CONFIGURATION);
  CHECK("it says how one looks", error_has(error, D365_ERROR_FIELD_MESSAGE, "client_id@tenant_id"));
  d365_error_free(error);
  CHECK("NULL secret with a length", d365_config_set_secret(config, LOGIN_ID, NULL, 3, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("a secret that is not UTF-8", d365_config_set_secret(config, LOGIN_ID, (const uint8_t *)"\xff", 1, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("an option that is none", d365_config_set_option(config, "colour", "red", NULL) == D365_STATUS_INVALID_CONFIGURATION);
  d365_config_free(config);
}

int main(void) {
  versions();
  freeing_null();
  null_arguments();
  bad_configuration();
  return failed_checks != 0;
}
