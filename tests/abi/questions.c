/* What the library asks of its caller: tokens and signatures, by callback and by d365_client_question. */
#include <pthread.h>

#include "check.h"

#define CLIENT_ID "22222222-2222-4222-8222-222222222222"
#define TENANT_ID "11111111-1111-4111-8111-111111111111"

/* A token of the server, got as another program would. The caller frees it. */
static char *get_token(void) {
  d365_client *client = new_client();
  d365_operation *operation = NULL;
  char address[ADDRESS_SIZE], form[512], *result = NULL, *start, *end, *token = NULL;
  const char *url = getenv("LOCAL_DATAVERSE_URL");
  snprintf(form, sizeof form, "client_id=%s&client_secret=%s&grant_type=client_credentials&scope=%s.default", CLIENT_ID, SECRET, url);
  if (d365_request(client, "POST", address_of(TENANT_ID "/oauth2/v2.0/token", address), "{\"Content-Type\":\"application/x-www-form-urlencoded\"}",
                   (const uint8_t *)form, strlen(form), &operation, NULL) == D365_STATUS_OK &&
      finish(operation, &result, NULL) == D365_STATUS_OK) {
    start = strstr(result, "\"access_token\":\"");
    if (start != NULL) {
      start += strlen("\"access_token\":\"");
      end = strchr(start, '"');
      token = malloc((size_t)(end - start) + 1);
      if (token == NULL) {
        abort();
      }
      memcpy(token, start, (size_t)(end - start));
      token[end - start] = '\0';
    }
  }
  free(result);
  d365_client_free(client);
  return token;
}

/* What the callbacks share with the test. */
struct source {
  const char *token;
  int asked;
  int freed;
  bool resource_fits;
  pthread_t thread;
  d365_question *question;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t was_freed = PTHREAD_COND_INITIALIZER;

static void count_free(void *user_data) {
  struct source *source = user_data;
  pthread_mutex_lock(&lock);
  source->freed++;
  pthread_cond_signal(&was_freed);
  pthread_mutex_unlock(&lock);
}

/* A thread of the library that is just ending may be the last one who knows the client. */
static bool await_freed(struct source *source, int times) {
  int freed;
  pthread_mutex_lock(&lock);
  while (source->freed < times) {
    pthread_cond_wait(&was_freed, &lock);
  }
  freed = source->freed;
  pthread_mutex_unlock(&lock);
  return freed == times;
}

static void give(void *user_data, d365_question *question) {
  struct source *source = user_data;
  const uint8_t *data = NULL;
  size_t len = 0;
  const char *url = getenv("LOCAL_DATAVERSE_URL");
  source->asked++;
  source->resource_fits = d365_question_wants(question) == D365_ANSWER_KIND_TOKEN && d365_question_data(question, &data, &len, NULL) == D365_STATUS_OK &&
                          len == strlen(url) - 1 && memcmp(data, url, len) == 0;
  d365_question_answer(question, (const uint8_t *)source->token, strlen(source->token), 3600, NULL);
  d365_question_free(question);
}

static void *give_later(void *argument) {
  struct source *source = argument;
  d365_question_answer(source->question, (const uint8_t *)source->token, strlen(source->token), 0, NULL);
  d365_question_free(source->question);
  return NULL;
}

static void hand_over(void *user_data, d365_question *question) {
  struct source *source = user_data;
  source->question = question;
  if (pthread_create(&source->thread, NULL, give_later, source) != 0) {
    abort();
  }
}

static void refuse(void *user_data, d365_question *question) {
  (void)user_data;
  d365_question_refuse(question, "nobody is signed in", NULL);
  d365_question_free(question);
}

static void let_go(void *user_data, d365_question *question) {
  (void)user_data;
  d365_question_free(question);
}

static d365_client *client_of(d365_question_callback callback, struct source *source) {
  d365_config *config = NULL;
  d365_client *client = NULL;
  if (d365_config_new(getenv("LOCAL_DATAVERSE_URL"), &config, NULL) != D365_STATUS_OK ||
      d365_config_set_token_source(config, callback, source, callback != NULL ? count_free : NULL, NULL) != D365_STATUS_OK ||
      d365_client_new(config, &client, NULL) != D365_STATUS_OK) {
    abort();
  }
  d365_config_free(config);
  return client;
}

static d365_status who_am_i(d365_client *client, d365_error **error) {
  d365_operation *operation = NULL;
  d365_status status = d365_who_am_i(client, &operation, error);
  return status == D365_STATUS_OK ? finish(operation, NULL, error) : status;
}

static void by_callback(const char *token) {
  struct source source = {.token = token};
  d365_client *client = client_of(give, &source);
  CHECK("a callback gives the token", who_am_i(client, NULL) == D365_STATUS_OK && who_am_i(client, NULL) == D365_STATUS_OK);
  CHECK("it is asked once, for the environment", source.asked == 1 && source.resource_fits);
  CHECK("its data stay as long as the client", source.freed == 0);
  d365_client_free(client);
  CHECK("its data are freed once, with the client", await_freed(&source, 1));

  client = client_of(hand_over, &source);
  CHECK("another thread may answer after the callback", who_am_i(client, NULL) == D365_STATUS_OK);
  pthread_join(source.thread, NULL);
  d365_client_free(client);
  CHECK("its data are freed as well", await_freed(&source, 2));
}

static void no_answer(void) {
  struct source source = {.token = ""};
  d365_error *error = NULL;
  d365_client *client = client_of(refuse, &source);
  CHECK("a refusal is the end of signing in", who_am_i(client, &error) == D365_STATUS_AUTHENTICATION_FAILED);
  CHECK("its reason is told", error_has(error, D365_ERROR_FIELD_MESSAGE, "nobody is signed in"));
  d365_error_free(error);
  d365_client_free(client);
  error = NULL;
  client = client_of(let_go, &source);
  CHECK("a question let go is refused", who_am_i(client, &error) == D365_STATUS_AUTHENTICATION_FAILED);
  CHECK("that is told", error_has(error, D365_ERROR_FIELD_MESSAGE, "without an answer"));
  d365_error_free(error);
  d365_client_free(client);
  error = NULL;
  client = client_of(give, &source);
  CHECK("an empty token is none", who_am_i(client, &error) == D365_STATUS_AUTHENTICATION_FAILED);
  d365_error_free(error);
  d365_client_free(client);
  CHECK("the data of each client are freed", await_freed(&source, 3));
}

/* Waits until an operation asks; the question. */
static d365_question *await_question(d365_client *client, const d365_operation *operation) {
  d365_question *question = NULL;
  d365_status status;
  do {
    status = d365_operation_wait(operation, 60000, NULL);
  } while (status == D365_STATUS_PENDING);
  CHECK("the wait says that an answer is needed", status == D365_STATUS_ANSWER_NEEDED);
  CHECK("there is a question", d365_client_question(client, &question, NULL) == D365_STATUS_OK && question != NULL);
  return question;
}

static void by_polling(const char *token) {
  d365_client *client = client_of(NULL, NULL);
  d365_operation *operation = NULL, *other = NULL;
  d365_question *question = NULL, *none = NULL;
  d365_rows *rows = NULL;
  d365_batch batch;
  d365_status status;

  CHECK("two operations", d365_who_am_i(client, &operation, NULL) == D365_STATUS_OK && d365_who_am_i(client, &other, NULL) == D365_STATUS_OK);
  question = await_question(client, operation);
  CHECK("it is handed out once", d365_client_question(client, &none, NULL) == D365_STATUS_END && none == NULL);
  CHECK("a taken question stops nobody's wait", d365_operation_wait(other, 0, NULL) == D365_STATUS_PENDING);
  CHECK("it wants a token", d365_question_wants(question) == D365_ANSWER_KIND_TOKEN);
  CHECK("the answer is taken", d365_question_answer(question, (const uint8_t *)token, strlen(token), 1, NULL) == D365_STATUS_OK);
  d365_question_free(question);
  CHECK("both go on", finish(operation, NULL, NULL) == D365_STATUS_OK && finish(other, NULL, NULL) == D365_STATUS_OK);
  d365_client_free(client);

  client = client_of(NULL, NULL);
  CHECK("rows", d365_user_list(client, "fullname", NULL, NULL, 0, &rows, NULL) == D365_STATUS_OK);
  do {
    status = d365_rows_next(rows, 60000, &batch, NULL);
  } while (status == D365_STATUS_PENDING);
  CHECK("rows ask as well", status == D365_STATUS_ANSWER_NEEDED);
  question = NULL;
  CHECK("their question", d365_client_question(client, &question, NULL) == D365_STATUS_OK);
  d365_question_answer(question, (const uint8_t *)token, strlen(token), 0, NULL);
  d365_question_free(question);
  do {
    status = d365_rows_next(rows, 60000, &batch, NULL);
  } while (status == D365_STATUS_PENDING);
  CHECK("rows come", status == D365_STATUS_OK && batch.rows == 5);
  d365_rows_free(rows);
  d365_client_free(client);
}

static void cancelling(const char *token) {
  d365_client *client = client_of(NULL, NULL);
  d365_operation *operation = NULL;
  d365_question *question = NULL;
  CHECK("an operation", d365_who_am_i(client, &operation, NULL) == D365_STATUS_OK);
  question = await_question(client, operation);
  d365_operation_free(operation);
  CHECK("a late answer finds nobody", d365_question_answer(question, (const uint8_t *)token, strlen(token), 0, NULL) == D365_STATUS_OK);
  d365_question_free(question);

  operation = NULL;
  CHECK("another operation", d365_who_am_i(client, &operation, NULL) == D365_STATUS_OK);
  question = await_question(client, operation);
  d365_client_free(client);
  CHECK("the client goes, the answer serves", d365_question_answer(question, (const uint8_t *)token, strlen(token), 0, NULL) == D365_STATUS_OK);
  d365_question_free(question);
  CHECK("the operation ends well", finish(operation, NULL, NULL) == D365_STATUS_OK);
}

static void certificates(void) {
  static const char pem[] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  struct source source = {.token = ""};
  d365_config *config = NULL;
  d365_error *error = NULL;
  CHECK("a config", d365_config_new("https://contoso.example/", &config, NULL) == D365_STATUS_OK);
  CHECK("a damaged certificate",
        d365_config_set_certificate(config, LOGIN_ID, (const uint8_t *)pem, strlen(pem), &error) == D365_STATUS_INVALID_CONFIGURATION);
  CHECK("is told", error_has(error, D365_ERROR_FIELD_MESSAGE, "damaged"));
  d365_error_free(error);
  CHECK("and can't be signed for", d365_config_set_certificate_signer(config, LOGIN_ID, (const uint8_t *)pem, strlen(pem), give, &source, count_free,
                                                                      NULL) == D365_STATUS_INVALID_CONFIGURATION);
  CHECK("the data stay the caller's", source.freed == 0);
  CHECK("a source", d365_config_set_token_source(config, give, &source, count_free, NULL) == D365_STATUS_OK);
  CHECK("another in its place", d365_config_set_token_source(config, NULL, NULL, NULL, NULL) == D365_STATUS_OK);
  CHECK("frees its data", source.freed == 1);
  d365_config_free(config);
}

static void null_arguments(void) {
  d365_question *question = NULL;
  const uint8_t *data = NULL;
  size_t len = 7;
  CHECK("NULL config: certificate", d365_config_set_certificate(NULL, LOGIN_ID, NULL, 0, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL config: signer", d365_config_set_certificate_signer(NULL, LOGIN_ID, NULL, 0, NULL, NULL, NULL, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL config: source", d365_config_set_token_source(NULL, NULL, NULL, NULL, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL client", d365_client_question(NULL, &question, NULL) == D365_STATUS_INVALID_ARGUMENT && question == NULL);
  CHECK("NULL question: wants", d365_question_wants(NULL) == 0);
  CHECK("NULL question: data", d365_question_data(NULL, &data, &len, NULL) == D365_STATUS_INVALID_ARGUMENT && data == NULL && len == 7);
  CHECK("NULL question: answer", d365_question_answer(NULL, NULL, 0, 0, NULL) == D365_STATUS_INVALID_ARGUMENT);
  CHECK("NULL question: refuse", d365_question_refuse(NULL, "", NULL) == D365_STATUS_INVALID_ARGUMENT);
  d365_question_free(NULL);
}

int main(void) {
  char *token = get_token();
  if (token == NULL) {
    printf("not ok a token\n");
    return 1;
  }
  by_callback(token);
  no_answer();
  by_polling(token);
  cancelling(token);
  certificates();
  null_arguments();
  free(token);
  return failed_checks != 0;
}
