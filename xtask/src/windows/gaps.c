/* What this wine lacks of Windows: each gap that the Pester suite would stumble over, shown by Windows' own functions and without a line of
   this project's library. Writes `gap <name> <what>` for each; the tests that need <name> are skipped there.
   Its argument is a PFX file with the password "test-pfx-password". */
#include <windows.h>
#include <wincrypt.h>
#include <stdio.h>

#define CNG_KEY 0xFFFFFFFF /* CERT_NCRYPT_KEY_SPEC, as a DWORD */

static CRYPT_DATA_BLOB read_file(const char *path) {
    static BYTE bytes[65536];
    CRYPT_DATA_BLOB blob = {0, bytes};
    FILE *file = fopen(path, "rb");
    if (file) {
        blob.cbData = (DWORD)fread(bytes, 1, sizeof bytes, file);
        fclose(file);
    }
    return blob;
}

/* The Windows store verifies certificates by an engine that trusts further roots as well: rustls-platform-verifier makes one. */
static void roots(void) {
    CERT_CHAIN_ENGINE_CONFIG config = {.cbSize = sizeof config};
    HCERTCHAINENGINE engine;
    config.hExclusiveRoot = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, NULL);
    if (!CertCreateCertificateChainEngine(&config, &engine))
        printf("gap roots CertCreateCertificateChainEngine refuses an exclusive root: error %08lx\n", GetLastError());
}

/* .NET opens a PFX without writing its key to the disk by these flags. */
static void ephemeral_keys(CRYPT_DATA_BLOB *pfx) {
    if (!PFXImportCertStore(pfx, L"test-pfx-password", PKCS12_NO_PERSIST_KEY | PKCS12_ALWAYS_CNG_KSP))
        printf("gap ephemeral-keys PFXImportCertStore refuses PKCS12_NO_PERSIST_KEY with PKCS12_ALWAYS_CNG_KSP: error %08lx\n", GetLastError());
}

/* .NET asks for a certificate's key as one of CNG and for nothing else; it takes the handle of another kind for one of CNG, and breaks down. */
static void cng_keys(CRYPT_DATA_BLOB *pfx) {
    HCERTSTORE store = PFXImportCertStore(pfx, L"test-pfx-password", CRYPT_USER_KEYSET);
    PCCERT_CONTEXT certificate = NULL;
    HCRYPTPROV_OR_NCRYPT_KEY_HANDLE key;
    DWORD kind = 0;
    BOOL is_owned;
    if (store) certificate = CertEnumCertificatesInStore(store, NULL);
    if (!certificate)
        printf("gap cng-keys PFXImportCertStore finds no certificate in a PFX: error %08lx\n", GetLastError());
    else if (!CryptAcquireCertificatePrivateKey(certificate, CRYPT_ACQUIRE_ONLY_NCRYPT_KEY_FLAG | CRYPT_ACQUIRE_SILENT_FLAG, NULL, &key, &kind, &is_owned))
        printf("gap cng-keys CryptAcquireCertificatePrivateKey finds no key: error %08lx\n", GetLastError());
    else if (kind != CNG_KEY)
        printf("gap cng-keys CryptAcquireCertificatePrivateKey hands out a key of kind %lu where one of CNG is asked for\n", kind);
}

int main(int count, char **arguments) {
    CRYPT_DATA_BLOB pfx = count == 2 ? read_file(arguments[1]) : (CRYPT_DATA_BLOB){0, NULL};
    if (!pfx.cbData) {
        fprintf(stderr, "usage: gaps <a PFX file>\n");
        return 2;
    }
    roots();
    ephemeral_keys(&pfx);
    cng_keys(&pfx);
    puts("end");
    return 0;
}
