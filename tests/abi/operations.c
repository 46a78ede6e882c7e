/* Every operation once, against Local Dataverse, and what comes back. */
#include "check.h"

/* Runs an operation whose start had this status; on failure prints why. The caller frees *result. */
static d365_status done(d365_status started, d365_operation *operation, char **result) {
  d365_error *error = NULL;
  const char *text;
  size_t len;
  d365_status status = started;
  *result = NULL;
  if (started == D365_STATUS_OK) {
    status = finish(operation, result, &error);
  }
  if (d365_error_text(error, D365_ERROR_FIELD_MESSAGE, &text, &len) == D365_STATUS_OK) {
    printf("# %.*s\n", (int)len, text);
  }
  d365_error_free(error);
  return status;
}

/* `call` fills `operation`; the result must be OK and have `part` in it. */
#define EXPECT(name, call, part)                                                                     \
  do {                                                                                               \
    d365_operation *operation = NULL;                                                                \
    char *result = NULL;                                                                             \
    d365_status started = call;                                                                      \
    CHECK(name, done(started, operation, &result) == D365_STATUS_OK && strstr(result, part) != NULL); \
    free(result);                                                                                    \
  } while (0)

static void request(d365_client *client) {
  char address[ADDRESS_SIZE];
  EXPECT("request: back to the seed", d365_request(client, "POST", address_of("_local/reset", address), NULL, NULL, 0, &operation, NULL), "\"status\":20");
  EXPECT("request: a header and a reply", d365_request(client, "GET", "RetrieveVersion()", "{\"Accept\":\"application/json\"}", NULL, 0, &operation, NULL),
         "\"Version\":\"9.");
}

static void users(d365_client *client) {
  char *result = NULL;
  char id[37] = "";
  const char *found = NULL;
  d365_operation *operation = NULL;
  d365_status started;

  EXPECT("who am I", d365_who_am_i(client, &operation, NULL), "\"UserId\":\"c0000000-0000-4000-8000-000000000001\"");
  EXPECT("get a user", d365_user_get(client, ADELE, "fullname,businessunitid", &operation, NULL),
         "{\"fullname\":\"Adele Example\",\"businessunitid\":\"" SALES "\"}");

  started = d365_user_create(client, "{\"businessunitid\":\"" SALES "\",\"internalemailaddress\":\"erika@contoso.example\",\"firstname\":\"Erika\"}", 0, &operation, NULL);
  CHECK("create a user", done(started, operation, &result) == D365_STATUS_OK && strstr(result, "\"action\":\"Created\"") != NULL);
  found = result != NULL ? strstr(result, "\"systemuserid\":\"") : NULL;
  if (found != NULL) {
    memcpy(id, found + strlen("\"systemuserid\":\""), 36);
  }
  free(result);

  EXPECT("update it", d365_user_update(client, id, "{\"jobtitle\":\"Clerk\"}", 0, &operation, NULL),
         "\"changes\":[{\"attribute\":\"jobtitle\",\"before\":null,\"after\":\"Clerk\"}]");
  EXPECT("update it again", d365_user_update(client, id, "{\"jobtitle\":\"Clerk\"}", 0, &operation, NULL), "\"changed\":false,\"planned\":false,\"action\":\"Unchanged\"");
  EXPECT("assign a role by name", d365_role_assign(client, id, "Salesperson", NULL, 0, &operation, NULL), "\"action\":\"Added\"");
  EXPECT("assign it again", d365_role_assign(client, id, "a0000003-0000-4000-8000-000000000002", NULL, 0, &operation, NULL), "\"action\":\"Unchanged\"");
  EXPECT("revoke it", d365_role_revoke(client, id, "Salesperson", NULL, 0, &operation, NULL), "\"action\":\"Removed\"");
  EXPECT("assign it anew", d365_role_assign(client, id, "Salesperson", NULL, 0, &operation, NULL), "\"action\":\"Added\"");
  EXPECT("move it", d365_user_move(client, id, SERVICE, 0, &operation, NULL), "\"rolesRemoved\":[{\"roleid\":\"a0000003-0000-4000-8000-000000000002\"");
  EXPECT("disable it", d365_user_set_enabled(client, id, false, 0, &operation, NULL), "\"action\":\"Disabled\"");
  EXPECT("enable it", d365_user_set_enabled(client, id, true, 0, &operation, NULL), "\"action\":\"Enabled\"");
  EXPECT("get a role", d365_role_get(client, "a0000006-0000-4000-8000-000000000003", "name", &operation, NULL), "Approver's Deputy & Reviewer");
}

/* Reads rows to their end; returns how many, or -1 where a status is neither OK nor END. */
static int count_rows(d365_rows *rows, size_t *fields) {
  d365_batch batch;
  d365_status status;
  int total = 0;
  *fields = 0;
  while ((status = d365_rows_next(rows, 100, &batch, NULL)) == D365_STATUS_OK || status == D365_STATUS_PENDING) {
    if (status == D365_STATUS_OK) {
      size_t at;
      for (at = 0; at < batch.len; at++) {
        *fields += batch.text[at] == 0x1F;
      }
      total += (int)batch.rows;
    }
  }
  return status == D365_STATUS_END ? total : -1;
}

static void lists(d365_client *client) {
  d365_rows *rows = NULL;
  size_t fields;
  const char *text = NULL;
  size_t len = 0;

  CHECK("list users", d365_user_list(client, "systemuserid,fullname", NULL, "fullname asc", 0, &rows, NULL) == D365_STATUS_OK);
  CHECK("six users of two fields", count_rows(rows, &fields) == 6 && fields == 12);
  CHECK("the log has the request", d365_rows_log(rows, &text, &len, NULL) == D365_STATUS_OK && len > 0);
  d365_rows_free(rows);
  CHECK("list some users", d365_user_list(client, NULL, "isdisabled eq false", NULL, 2, &rows, NULL) == D365_STATUS_OK);
  CHECK("two users of 21 fields", count_rows(rows, &fields) == 2 && fields == 42);
  d365_rows_free(rows);
  CHECK("list roles", d365_role_list(client, NULL, "name eq 'Salesperson'", NULL, 0, &rows, NULL) == D365_STATUS_OK);
  CHECK("one in each unit", count_rows(rows, &fields) == 3);
  d365_rows_free(rows);
  CHECK("list business units", d365_business_unit_list(client, NULL, NULL, NULL, 0, &rows, NULL) == D365_STATUS_OK);
  CHECK("three of four fields", count_rows(rows, &fields) == 3 && fields == 12);
  d365_rows_free(rows);
  CHECK("roles of a user", d365_user_roles(client, ADELE, "name", &rows, NULL) == D365_STATUS_OK);
  CHECK("one role", count_rows(rows, &fields) == 1);
  d365_rows_free(rows);
  CHECK("a list that is given up", d365_user_list(client, NULL, NULL, NULL, 0, &rows, NULL) == D365_STATUS_OK);
  d365_rows_free(rows);
}

static void errors(d365_client *client) {
  d365_error *error = NULL;
  d365_operation *operation = NULL;
  d365_rows *rows = NULL;
  d365_batch batch = {NULL, 7, 7, false};
  d365_status status;
  const char *text = NULL;
  size_t len = 7;

  CHECK("a user that is not there", d365_user_get(client, NOBODY, NULL, &operation, NULL) == D365_STATUS_OK);
  do {
    status = d365_operation_wait(operation, 100, NULL);
  } while (status == D365_STATUS_PENDING);
  CHECK("its status", status == D365_STATUS_USER_NOT_FOUND);
  CHECK("its result is the failure again", d365_operation_result(operation, &text, &len, &error) == D365_STATUS_USER_NOT_FOUND);
  CHECK("and the outputs stay untouched", text == NULL && len == 7);
  CHECK("HTTP status", d365_error_http_status(error) == 404);
  CHECK("code", error_has(error, D365_ERROR_FIELD_CODE, "0x80040217"));
  CHECK("target", error_has(error, D365_ERROR_FIELD_TARGET, "systemuser " NOBODY));
  CHECK("request id", error_has(error, D365_ERROR_FIELD_REQUEST_ID, "-"));
  CHECK("message", error_has(error, D365_ERROR_FIELD_MESSAGE, "What to do: "));
  CHECK("the log", d365_operation_log(operation, &text, &len, NULL) == D365_STATUS_OK && len > 0);
  d365_operation_free(operation);
  d365_error_free(error);
  error = NULL;
  operation = NULL;

  CHECK("an id that is none", d365_user_get(client, "me", NULL, &operation, &error) == D365_STATUS_INVALID_ARGUMENT && operation == NULL);
  CHECK("it names argument and value", error_has(error, D365_ERROR_FIELD_MESSAGE, "'user_id' is no GUID: 'me'"));
  d365_error_free(error);
  error = NULL;
  CHECK("JSON that is none", d365_user_update(client, ADELE, "[", 0, &operation, NULL) == D365_STATUS_INVALID_ARGUMENT && operation == NULL);
  CHECK("roles of nobody", d365_user_roles(client, NOBODY, NULL, &rows, NULL) == D365_STATUS_OK);
  do {
    status = d365_rows_next(rows, 100, &batch, &error);
  } while (status == D365_STATUS_PENDING);
  CHECK("come as USER_NOT_FOUND", status == D365_STATUS_USER_NOT_FOUND && d365_error_status(error) == status);
  CHECK("and the batch stays untouched", batch.len == 7 && batch.rows == 7);
  d365_rows_free(rows);
  d365_error_free(error);
}

int main(void) {
  d365_client *client = new_client();
  if (client == NULL) {
    printf("not ok a client\n");
    return 1;
  }
  request(client);
  users(client);
  lists(client);
  errors(client);
  d365_client_free(client);
  return failed_checks != 0;
}
