/* The library, loaded by hand: once all was freed, no thread of it is left, so that it can be unloaded. */
#include "check.h"

/* A thread that is left may find the library in its place again and go on: it takes some rounds to be sure that there is none. */
enum { ROUNDS = 15 };

#ifdef _WIN32
#include <windows.h>

static void *load(void) { return (void *)LoadLibraryA("dynamics365.dll"); }

static void find(void *library, const char *name, void *function) {
  FARPROC found = GetProcAddress((HMODULE)library, name);
  memcpy(function, &found, sizeof found);
}

static bool unload(void *library) { return FreeLibrary((HMODULE)library) && GetModuleHandleA("dynamics365.dll") == NULL; }
#else
#include <dlfcn.h>

#ifdef __APPLE__
#define LIBRARY "@rpath/libdynamics365.dylib"
#else
#define LIBRARY "libdynamics365.so"
#endif

static void *load(void) { return dlopen(LIBRARY, RTLD_NOW); }

static void find(void *library, const char *name, void *function) {
  void *found = dlsym(library, name);
  memcpy(function, &found, sizeof found);
}

static bool unload(void *library) { return dlclose(library) == 0; }
#endif

/* A function of the library that was loaded by hand, by its own name: a pointer that hides the one of the header. */
#define FIND(library, name)   \
  __typeof__(name) *name;     \
  find(library, #name, &name)

/* Signs in, lists the users, and frees all of it. */
static d365_status lists_users(void *library) {
  d365_config *config = NULL;
  d365_client *client = NULL;
  d365_rows *rows = NULL;
  d365_batch batch;
  d365_status status;
  FIND(library, d365_config_new);
  FIND(library, d365_config_set_secret);
  FIND(library, d365_config_free);
  FIND(library, d365_client_new);
  FIND(library, d365_client_free);
  FIND(library, d365_user_list);
  FIND(library, d365_rows_next);
  FIND(library, d365_rows_free);

  status = d365_config_new(getenv("LOCAL_DATAVERSE_URL"), &config, NULL);
  if (status == D365_STATUS_OK) {
    status = d365_config_set_secret(config, LOGIN_ID, (const uint8_t *)SECRET, strlen(SECRET), NULL);
  }
  if (status == D365_STATUS_OK) {
    status = d365_client_new(config, &client, NULL);
  }
  if (status == D365_STATUS_OK) {
    status = d365_user_list(client, "fullname", NULL, NULL, 0, &rows, NULL);
  }
  while (status == D365_STATUS_OK || status == D365_STATUS_PENDING) {
    status = d365_rows_next(rows, 1000, &batch, NULL);
  }
  d365_rows_free(rows);
  d365_client_free(client);
  d365_config_free(config);
  return status;
}

int main(void) {
  int round;
  for (round = 0; round < ROUNDS; round++) {
    void *library = load();
    if (library == NULL) {
      printf("not ok the library is loaded\n");
      return 1;
    }
    CHECK("users are listed", lists_users(library) == D365_STATUS_END);
    CHECK("the library is unloaded", unload(library));
  }
  return failed_checks != 0;
}
