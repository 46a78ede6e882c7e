using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Net48
{
    /// <summary>A function of the library as the module declares it: name, result and parameters, each with how text is marshalled.</summary>
    internal sealed class Signature
    {
        private Signature(string[] fields)
        {
            Name = fields[0];
            Result = TypeOf(fields[1]);
            var parameters = fields[2].Length == 0 ? new string[0] : fields[2].Split(',');
            Parameters = parameters.Select(parameter => TypeOf(parameter.Split(':')[0])).ToArray();
            Marshalling = parameters.Select(parameter => parameter.Contains(":") ? int.Parse(parameter.Split(':')[1]) : (int?)null).ToArray();
        }

        internal string Name { get; }
        internal Type Result { get; }
        internal Type[] Parameters { get; }
        internal int?[] Marshalling { get; }

        internal static Signature[] ReadAll(string path) => File.ReadAllLines(path).Select(line => new Signature(line.Split('\t'))).ToArray();

        private static Type TypeOf(string name) => Type.GetType(name) ?? typeof(SafeHandle).Assembly.GetType(name) ?? throw new TypeLoadException(name);
    }

    /// <summary>The functions, emitted as NativeTypes.ps1 emits them in .NET Framework.</summary>
    internal sealed class Library
    {
        private readonly Dictionary<string, MethodInfo> methods;

        internal Library(IEnumerable<Signature> signatures, string path)
        {
            var assembly = AppDomain.CurrentDomain.DefineDynamicAssembly(new AssemblyName("Dynamics365.Native"), AssemblyBuilderAccess.Run);
            var type = assembly.DefineDynamicModule("Dynamics365.Native").DefineType("Native", TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed);
            foreach (var signature in signatures) Define(type, signature, path);
            methods = type.CreateType().GetMethods(BindingFlags.Public | BindingFlags.Static).ToDictionary(method => method.Name);
        }

        internal int Count => methods.Count;

        /// <summary>Calls a function. What it writes to its parameters is in the array afterwards.</summary>
        internal object? Call(string name, params object?[] arguments) => methods[name].Invoke(null, arguments);

        private static void Define(TypeBuilder type, Signature signature, string path)
        {
            var method = type.DefinePInvokeMethod(
                signature.Name, path, MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.HideBySig | MethodAttributes.PinvokeImpl,
                CallingConventions.Standard, signature.Result, signature.Parameters, CallingConvention.Cdecl, CharSet.Ansi);
            method.SetImplementationFlags(method.GetMethodImplementationFlags() | MethodImplAttributes.PreserveSig);
            var constructor = typeof(MarshalAsAttribute).GetConstructor(new[] { typeof(UnmanagedType) });
            for (var index = 0; index < signature.Parameters.Length; index++)
            {
                if (signature.Marshalling[index] is not int kind) continue;
                var marshal = new CustomAttributeBuilder(constructor!, new object[] { (UnmanagedType)kind });
                method.DefineParameter(index + 1, ParameterAttributes.In, $"p{index}").SetCustomAttribute(marshal);
            }
        }
    }

    /// <summary>A client, freed with this.</summary>
    internal sealed class ClientHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        private readonly Library library;

        internal ClientHandle(IntPtr handle, Library library)
            : base(true)
        {
            this.library = library;
            SetHandle(handle);
        }

        protected override bool ReleaseHandle()
        {
            library.Call("d365_client_free", handle);
            return true;
        }
    }
}
