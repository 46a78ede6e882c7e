/* Runs a program of Windows with a console that nobody sees: pwsh.exe ends without a word where there is none, and wine makes one of a
   terminal only, which it then fills with its own control sequences. The standard streams stay the caller's.
   console.exe <program> <arguments> */
#include <windows.h>

#define NOT_STARTED 125

/* The command line behind this program's own name, word for word. */
static WCHAR *rest_of(WCHAR *line) {
    BOOL is_quoted = FALSE;
    for (; *line && (is_quoted || *line != ' '); line++)
        if (*line == '"') is_quoted = !is_quoted;
    while (*line == ' ') line++;
    return line;
}

int wmain(void) {
    STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
    DWORD code = NOT_STARTED;
    /* Whoever stops this program stops the other with it. */
    HANDLE job = CreateJobObjectW(NULL, NULL);
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits);
    start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    if (!CreateProcessW(NULL, rest_of(GetCommandLineW()), NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &start, &process)) return NOT_STARTED;
    AssignProcessToJobObject(job, process.hProcess);
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    return (int)code;
}
