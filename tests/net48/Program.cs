// The library in .NET Framework: the P/Invoke signatures that the module emits are emitted here as Windows PowerShell 5.1 would, and called.
//
//     net48.exe <table of signatures> <library> <address of Local Dataverse> <login id> <secret>
//
// The table is written by Write-Signatures.ps1 from the module itself. A line for each check: `ok <name>` or `not ok <name>`.
using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace Net48
{
    internal static class Program
    {
        private static int Main(string[] arguments)
        {
            if (arguments.Length != 5)
            {
                Console.Error.WriteLine("usage: net48 <signatures> <library> <url> <login id> <secret>");
                return 2;
            }
            var library = new Library(Signature.ReadAll(arguments[0]), arguments[1]);
            var checks = new Checks(library, arguments[2], arguments[3], Encoding.UTF8.GetBytes(arguments[4]));
            return checks.Run() ? 0 : 1;
        }
    }

    /// <summary>What is tried.</summary>
    internal sealed class Checks
    {
        private const int Ok = 0, Pending = 1, End = 2;
        private readonly Library library;
        private readonly string url, loginId;
        private readonly byte[] secret;
        private bool isGood = true;

        internal Checks(Library library, string url, string loginId, byte[] secret)
        {
            this.library = library;
            this.url = url;
            this.loginId = loginId;
            this.secret = secret;
        }

        internal bool Run()
        {
            Check("every signature is emitted", () => library.Count > 50);
            Check("numbers come back", () => (uint)library.Call("d365_abi_version")! > 0);
            Check("text of the library is read", () => TextAt((IntPtr)library.Call("d365_version")!).Split('.').Length == 3);
            Check("text goes over as UTF-8 and comes back so", () =>
            {
                var output = new object?[] { "https://b\u00fccher\u4e2d.example:port/", IntPtr.Zero, IntPtr.Zero };
                return (int)library.Call("d365_config_new", output)! != Ok && Message((IntPtr)output[2]!).Contains("b\u00fccher\u4e2d");
            });
            Check("a user signs in, asks who that is, and lists users", SignInAndList);
            return isGood;
        }

        private bool SignInAndList()
        {
            var configuration = Made("d365_config_new", url);
            Done("d365_config_set_secret", configuration, loginId, secret, (IntPtr)secret.Length, IntPtr.Zero);
            Done("d365_config_set_option", configuration, "authority", url, IntPtr.Zero);
            var handle = Made("d365_client_new", configuration);
            library.Call("d365_config_free", configuration);
            using var client = new ClientHandle(handle, library);

            var operation = Made("d365_who_am_i", client);
            while (Status("d365_operation_wait", operation, 1000u, IntPtr.Zero) == Pending) { }
            var result = new object?[] { operation, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero };
            if ((int)library.Call("d365_operation_result", result)! != Ok) throw new InvalidOperationException(Message((IntPtr)result[3]!));
            var said = TextAt((IntPtr)result[1]!, (int)(IntPtr)result[2]!);
            library.Call("d365_operation_free", operation);

            var rows = Made("d365_user_list", client, "systemuserid,fullname", null, null, 0ul);
            var (count, status, batch) = (0L, Pending, Marshal.AllocHGlobal(64));
            while (status == Ok || status == Pending)
            {
                status = Status("d365_rows_next", rows, 1000u, batch, IntPtr.Zero);
                // The number of rows stands behind pointer and length.
                if (status == Ok) count += (long)Marshal.ReadIntPtr(batch, 2 * IntPtr.Size);
            }
            Marshal.FreeHGlobal(batch);
            library.Call("d365_rows_free", rows);
            return status == End && count == 5 && said.Contains("c0000000-0000-4000-8000-000000000001");
        }

        /// <summary>Calls a function whose last two parameters are a new handle and an error: the handle.</summary>
        private IntPtr Made(string name, params object?[] inputs)
        {
            var arguments = new object?[inputs.Length + 2];
            inputs.CopyTo(arguments, 0);
            arguments[inputs.Length] = arguments[inputs.Length + 1] = IntPtr.Zero;
            if ((int)library.Call(name, arguments)! != Ok) throw new InvalidOperationException($"{name}: {Message((IntPtr)arguments[inputs.Length + 1]!)}");
            return (IntPtr)arguments[inputs.Length]!;
        }

        /// <summary>Calls a function whose last parameter is an error.</summary>
        private int Status(string name, params object?[] arguments)
        {
            var status = (int)library.Call(name, arguments)!;
            var error = (IntPtr)arguments[arguments.Length - 1]!;
            if (error != IntPtr.Zero) throw new InvalidOperationException($"{name}: {Message(error)}");
            return status;
        }

        private void Done(string name, params object?[] arguments)
        {
            if (Status(name, arguments) != Ok) throw new InvalidOperationException($"{name} is not done");
        }

        private string Message(IntPtr error)
        {
            var output = new object?[] { error, 0, IntPtr.Zero, IntPtr.Zero };
            library.Call("d365_error_text", output);
            var text = TextAt((IntPtr)output[2]!, (int)(IntPtr)output[3]!);
            library.Call("d365_error_free", error);
            return text;
        }

        private static string TextAt(IntPtr pointer, int length)
        {
            var bytes = new byte[length];
            Marshal.Copy(pointer, bytes, 0, length);
            return Encoding.UTF8.GetString(bytes);
        }

        private static string TextAt(IntPtr pointer)
        {
            var length = 0;
            while (Marshal.ReadByte(pointer, length) != 0) length++;
            return TextAt(pointer, length);
        }

        private void Check(string name, Func<bool> check)
        {
            string? why = null;
            try { if (!check()) why = "is not so"; }
            catch (Exception exception) { why = exception.GetBaseException().Message; }
            isGood &= why is null;
            Console.WriteLine(why is null ? $"ok {name}" : $"not ok {name}: {why}");
        }
    }
}
