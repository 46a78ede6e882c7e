/* Wrong on purpose: reads a text of the library's after its owner was freed. AddressSanitizer and valgrind must say so, or they prove nothing. */
#include "check.h"

int main(void) {
  d365_error *error = NULL;
  const char *text = NULL;
  size_t len = 0;
  d365_config_new(NULL, NULL, &error);
  d365_error_text(error, D365_ERROR_FIELD_MESSAGE, &text, &len);
  d365_error_free(error);
  return text != NULL && text[0] == 'T' ? failed_checks : 1;
}
