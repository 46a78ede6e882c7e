# The functions of the native library, word for word as include/dynamics365.h declares them: a test compares the two.
# NativeTypes.ps1 makes a .NET type of them.

# The version of the interface that this module is made for (D365_ABI_VERSION).
$script:NativeAbiVersion = 3

$script:NativeDeclarations = @(
    'uint32_t d365_abi_version(void);'
    'const char *d365_version(void);'
    'const char *d365_status_name(int32_t status);'

    'd365_status d365_config_new(const char *url, d365_config **config, d365_error **error);'
    'd365_status d365_config_set_secret(d365_config *config, const char *login_id, const uint8_t *secret, size_t secret_len, d365_error **error);'
    'd365_status d365_config_set_certificate(d365_config *config, const char *login_id, const uint8_t *pem, size_t pem_len, d365_error **error);'
    'd365_status d365_config_set_certificate_signer(d365_config *config, const char *login_id, const uint8_t *certificate, size_t certificate_len, d365_question_callback callback, void *user_data, d365_free_callback free_user_data, d365_error **error);'
    'd365_status d365_config_set_token_source(d365_config *config, d365_question_callback callback, void *user_data, d365_free_callback free_user_data, d365_error **error);'
    'd365_status d365_config_set_access_token(d365_config *config, const uint8_t *token, size_t token_len, d365_error **error);'
    'd365_status d365_config_set_option(d365_config *config, const char *name, const char *value, d365_error **error);'
    'void d365_config_free(d365_config *config);'
    'd365_status d365_client_new(const d365_config *config, d365_client **client, d365_error **error);'
    'void d365_client_free(d365_client *client);'
    'd365_status d365_client_bulk(const d365_client *client, uint32_t limit, d365_client **bulk, d365_error **error);'
    'uint32_t d365_client_limit(const d365_client *client);'
    'void d365_client_stop(const d365_client *client);'

    'd365_status d365_user_get(const d365_client *client, const char *user_id, const char *columns, d365_operation **operation, d365_error **error);'
    'd365_status d365_user_create(const d365_client *client, const char *attributes_json, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_user_update(const d365_client *client, const char *user_id, const char *attributes_json, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_user_set_enabled(const d365_client *client, const char *user_id, bool enabled, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_user_move(const d365_client *client, const char *user_id, const char *business_unit, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_role_get(const d365_client *client, const char *role_id, const char *columns, d365_operation **operation, d365_error **error);'
    'd365_status d365_role_assign(const d365_client *client, const char *user_id, const char *role, const char *business_unit, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_role_revoke(const d365_client *client, const char *user_id, const char *role, const char *business_unit, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_user_set_roles(const d365_client *client, const char *user_id, const char *roles_json, const char *business_unit, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_user_delete(const d365_client *client, const char *user_id, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_team_role_assign(const d365_client *client, const char *team_id, const char *role, const char *business_unit, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_team_role_revoke(const d365_client *client, const char *team_id, const char *role, const char *business_unit, uint32_t flags, d365_operation **operation, d365_error **error);'
    'd365_status d365_who_am_i(const d365_client *client, d365_operation **operation, d365_error **error);'
    'd365_status d365_client_test(const d365_client *client, d365_operation **operation, d365_error **error);'
    'd365_status d365_request(const d365_client *client, const char *method, const char *path, const char *headers_json, const uint8_t *body, size_t body_len, d365_operation **operation, d365_error **error);'

    'd365_status d365_user_list(const d365_client *client, const char *columns, const char *filter, const char *order_by, uint64_t first, d365_rows **rows, d365_error **error);'
    'd365_status d365_role_list(const d365_client *client, const char *columns, const char *filter, const char *order_by, uint64_t first, d365_rows **rows, d365_error **error);'
    'd365_status d365_business_unit_list(const d365_client *client, const char *columns, const char *filter, const char *order_by, uint64_t first, d365_rows **rows, d365_error **error);'
    'd365_status d365_user_roles(const d365_client *client, const char *user_id, const char *columns, d365_rows **rows, d365_error **error);'
    'd365_status d365_team_list(const d365_client *client, const char *columns, const char *filter, const char *order_by, uint64_t first, d365_rows **rows, d365_error **error);'
    'd365_status d365_team_members(const d365_client *client, const char *team_id, const char *columns, d365_rows **rows, d365_error **error);'
    'd365_status d365_team_roles(const d365_client *client, const char *team_id, const char *columns, d365_rows **rows, d365_error **error);'
    'd365_status d365_role_members(const d365_client *client, const char *role, const char *business_unit, d365_rows **rows, d365_error **error);'
    'd365_status d365_role_assignments(const d365_client *client, bool user_names, d365_rows **rows, d365_error **error);'
    'd365_status d365_changes(const d365_client *client, const char *table, const char *columns, const char *token, d365_rows **rows, d365_error **error);'

    'd365_status d365_operation_wait(const d365_operation *operation, uint32_t timeout_ms, d365_error **error);'
    'd365_status d365_operation_result(const d365_operation *operation, const char **text, size_t *len, d365_error **error);'
    'd365_status d365_operation_log(const d365_operation *operation, const char **text, size_t *len, d365_error **error);'
    'void d365_operation_cancel(const d365_operation *operation);'
    'void d365_operation_free(d365_operation *operation);'

    'd365_status d365_rows_next(const d365_rows *rows, uint32_t timeout_ms, d365_batch *batch, d365_error **error);'
    'd365_status d365_rows_log(const d365_rows *rows, const char **text, size_t *len, d365_error **error);'
    'd365_status d365_rows_token(const d365_rows *rows, const char **text, size_t *len, d365_error **error);'
    'void d365_rows_cancel(const d365_rows *rows);'
    'void d365_rows_free(d365_rows *rows);'

    'd365_status d365_client_question(const d365_client *client, d365_question **question, d365_error **error);'
    'int32_t d365_question_wants(const d365_question *question);'
    'd365_status d365_question_data(const d365_question *question, const uint8_t **data, size_t *len, d365_error **error);'
    'd365_status d365_question_answer(const d365_question *question, const uint8_t *answer, size_t answer_len, uint64_t expires_in_s, d365_error **error);'
    'd365_status d365_question_refuse(const d365_question *question, const char *reason, d365_error **error);'
    'void d365_question_free(d365_question *question);'

    'd365_status d365_error_status(const d365_error *error);'
    'uint16_t d365_error_http_status(const d365_error *error);'
    'int64_t d365_error_retry_after_ms(const d365_error *error);'
    'd365_status d365_error_text(const d365_error *error, int32_t field, const char **text, size_t *len);'
    'void d365_error_free(d365_error *error);'
)
