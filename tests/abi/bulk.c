/* A client for many operations: the limit, the order, stopping, questions. */
#include "check.h"

enum { MANY = 12 };

static void arguments(const d365_client *client) {
  d365_client *bulk = NULL;
  d365_error *error = NULL;
  CHECK("NULL client", d365_client_bulk(NULL, 8, &bulk, NULL) == D365_STATUS_INVALID_ARGUMENT && bulk == NULL);
  CHECK("NULL output", d365_client_bulk(client, 8, NULL, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("more than the service allows", d365_client_bulk(client, 53, &bulk, &error) == D365_STATUS_INVALID_ARGUMENT && bulk == NULL);
  CHECK("the error says how many it allows", error_has(error, D365_ERROR_FIELD_MESSAGE, "52") && error_has(error, D365_ERROR_FIELD_TARGET, "limit"));
  d365_error_free(error);
  d365_client_stop(NULL);
  CHECK("NULL has no limit", d365_client_limit(NULL) == 0);
  CHECK("another client has none", d365_client_limit(client) == 0);
}

static uint32_t limit_of(const d365_client *client, uint32_t asked) {
  d365_client *bulk = NULL;
  uint32_t limit = 0;
  if (d365_client_bulk(client, asked, &bulk, NULL) == D365_STATUS_OK) {
    limit = d365_client_limit(bulk);
  }
  d365_client_free(bulk);
  return limit;
}

static void limits(const d365_client *client) {
  d365_operation *operation = NULL;
  CHECK("8 where nobody says", limit_of(client, 0) == 8);
  CHECK("a request", d365_who_am_i(client, &operation, NULL) == D365_STATUS_OK && finish(operation, NULL, NULL) == D365_STATUS_OK);
  CHECK("what the environment advised", limit_of(client, 0) == 4);
  CHECK("what the caller says", limit_of(client, 52) == 52);
}

static void in_order(const d365_client *client) {
  d365_client *bulk = NULL;
  d365_operation *operations[MANY] = {0};
  int index, good = 0;
  CHECK("a bulk", d365_client_bulk(client, 8, &bulk, NULL) == D365_STATUS_OK);
  for (index = 0; index < MANY; index++) {
    if (index % 2 == 0) {
      d365_role_assign(bulk, ADELE, "Sales Manager", NULL, 0, &operations[index], NULL);
    } else {
      d365_role_revoke(bulk, ADELE, "Sales Manager", NULL, 0, &operations[index], NULL);
    }
  }
  d365_client_free(bulk);
  for (index = 0; index < MANY; index++) {
    char *result = NULL;
    if (finish(operations[index], &result, NULL) == D365_STATUS_OK && strstr(result, index % 2 == 0 ? "\"Added\"" : "\"Removed\"") != NULL) {
      good++;
    }
    free(result);
  }
  CHECK("each operation on a user finds what the one before left", good == MANY);
}

/* Whether requests that a fault is for are still to come: it is gone with the last of them. */
static bool is_awaited(d365_client *client) {
  char address[ADDRESS_SIZE];
  d365_operation *operation = NULL;
  char *result = NULL;
  bool is_there = d365_request(client, "GET", address_of("_local/faults", address), NULL, NULL, 0, &operation, NULL) == D365_STATUS_OK &&
                  finish(operation, &result, NULL) == D365_STATUS_OK && strstr(result, "WhoAmI") != NULL;
  free(result);
  return is_there;
}

static void stopping(d365_client *client) {
  static const char slow[] = "{\"path\":\"WhoAmI\",\"times\":2,\"action\":{\"delayMs\":600000}}";
  char address[ADDRESS_SIZE];
  d365_client *bulk = NULL;
  d365_operation *operations[MANY] = {0}, *fault = NULL;
  int index, cancelled = 0, held = 0;
  CHECK("a fault", d365_request(client, "POST", address_of("_local/faults", address), NULL, (const uint8_t *)slow, strlen(slow), &fault, NULL) == D365_STATUS_OK &&
                       finish(fault, NULL, NULL) == D365_STATUS_OK);
  d365_client_bulk(client, 2, &bulk, NULL);
  for (index = 0; index < MANY; index++) {
    d365_who_am_i(bulk, &operations[index], NULL);
  }
  while (is_awaited(client)) {
  }
  CHECK("the first is at work", d365_operation_wait(operations[0], 0, NULL) == D365_STATUS_PENDING);
  d365_client_stop(bulk);
  for (index = 2; index < MANY; index++) {
    cancelled += finish(operations[index], NULL, NULL) == D365_STATUS_CANCELLED;
  }
  CHECK("those that waited are cancelled", cancelled == MANY - 2);
  for (index = 0; index < 2; index++) {
    held += d365_operation_wait(operations[index], 0, NULL) == D365_STATUS_PENDING;
    d365_operation_free(operations[index]);
  }
  CHECK("those at work are not", held == 2);
  d365_client_free(bulk);
}

/* Operations on threads of the library want a token that only this thread can give. */
static void questions(void) {
  d365_config *config = NULL;
  d365_client *client = NULL, *bulk = NULL;
  d365_operation *operations[MANY] = {0};
  int index, refused = 0, asked = 0;
  bool set = d365_config_new(getenv("LOCAL_DATAVERSE_URL"), &config, NULL) == D365_STATUS_OK &&
             d365_config_set_token_source(config, NULL, NULL, NULL, NULL) == D365_STATUS_OK && d365_client_new(config, &client, NULL) == D365_STATUS_OK;
  d365_config_free(config);
  CHECK("a client that asks", set);
  d365_client_bulk(client, 4, &bulk, NULL);
  for (index = 0; index < MANY; index++) {
    d365_who_am_i(bulk, &operations[index], NULL);
  }
  for (index = 0; index < MANY; index++) {
    d365_status status;
    while ((status = d365_operation_wait(operations[index], 100, NULL)) == D365_STATUS_PENDING || status == D365_STATUS_ANSWER_NEEDED) {
      d365_question *question = NULL;
      if (status == D365_STATUS_ANSWER_NEEDED && d365_client_question(bulk, &question, NULL) == D365_STATUS_OK) {
        asked++;
        d365_question_refuse(question, "nobody is signed in", NULL);
        d365_question_free(question);
      }
    }
    refused += status == D365_STATUS_AUTHENTICATION_FAILED;
    d365_operation_free(operations[index]);
  }
  CHECK("who waits for one operation answers for all", refused == MANY && asked >= 1 && asked <= MANY);
  d365_client_free(bulk);
  d365_client_free(client);
}

int main(void) {
  d365_client *client = new_client();
  if (client == NULL) {
    printf("not ok a client\n");
    return 1;
  }
  arguments(client);
  limits(client);
  in_order(client);
  stopping(client);
  questions();
  d365_client_free(client);
  return failed_checks != 0;
}
