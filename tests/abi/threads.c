/* One client, many threads; cancelling from another thread; handles that outlive the client. */
#include <pthread.h>

#include "check.h"

enum { THREADS = 8, CALLS = 5 };

static void *reads_users(void *argument) {
  const d365_client *client = argument;
  size_t good = 0;
  int call;
  for (call = 0; call < CALLS; call++) {
    d365_operation *operation = NULL;
    char *result = NULL;
    if (d365_user_get(client, ADELE, "fullname", &operation, NULL) == D365_STATUS_OK && finish(operation, &result, NULL) == D365_STATUS_OK &&
        strcmp(result, "{\"fullname\":\"Adele Example\"}") == 0) {
      good++;
    }
    free(result);
  }
  return (void *)good;
}

static void *cancels(void *argument) {
  d365_operation_cancel(argument);
  return NULL;
}

static void many_threads(d365_client *client) {
  pthread_t threads[THREADS];
  size_t good = 0;
  int index;
  for (index = 0; index < THREADS; index++) {
    if (pthread_create(&threads[index], NULL, reads_users, client) != 0) {
      abort();
    }
  }
  for (index = 0; index < THREADS; index++) {
    void *result = NULL;
    pthread_join(threads[index], &result);
    good += (size_t)result;
  }
  CHECK("threads share a client", good == THREADS * CALLS);
}

static void cancelling(d365_client *client) {
  char address[ADDRESS_SIZE];
  static const char slow[] = "{\"path\":\"WhoAmI\",\"action\":{\"delayMs\":600000}}";
  d365_operation *operation = NULL;
  pthread_t thread;
  d365_status status;
  CHECK("a fault", d365_request(client, "POST", address_of("_local/faults", address), NULL, (const uint8_t *)slow, strlen(slow), &operation, NULL) == D365_STATUS_OK &&
                       finish(operation, NULL, NULL) == D365_STATUS_OK);
  CHECK("a slow operation", d365_who_am_i(client, &operation, NULL) == D365_STATUS_OK);
  CHECK("it is under way", d365_operation_wait(operation, 50, NULL) == D365_STATUS_PENDING);
  if (pthread_create(&thread, NULL, cancels, operation) != 0) {
    abort();
  }
  status = d365_operation_wait(operation, 60000, NULL);
  pthread_join(thread, NULL);
  CHECK("the waiter is told at once", status == D365_STATUS_CANCELLED);
  d365_operation_free(operation);
}

int main(void) {
  d365_client *client = new_client();
  d365_operation *operation = NULL;
  if (client == NULL) {
    printf("not ok a client\n");
    return 1;
  }
  many_threads(client);
  cancelling(client);
  CHECK("an operation", d365_user_get(client, ADELE, NULL, &operation, NULL) == D365_STATUS_OK);
  d365_client_free(client);
  CHECK("goes on without its client", finish(operation, NULL, NULL) == D365_STATUS_OK);
  return failed_checks != 0;
}
