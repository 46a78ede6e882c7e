# Makes the .NET type whose static methods are the functions of the native library. It is emitted, not compiled: that needs no
# compiler, no writable TEMP and a tenth of the time that Add-Type takes.

# The .NET type that stands for a C type of a declaration.
function Get-NativeParameterType {
    param([string] $Declaration)
    switch -CaseSensitive -Regex ($Declaration) {
        '^const (char|uint8_t) \*\*' { return [System.IntPtr].MakeByRefType() }
        '^const char \*' { return [string] }
        '^const uint8_t \*' { return [byte[]] }
        '^const d365_client \*' { return [System.Runtime.InteropServices.SafeHandle] }
        '^size_t \*' { return [System.IntPtr].MakeByRefType() }
        '^size_t ' { return [System.IntPtr] }
        '^uint32_t ' { return [uint32] }
        '^uint64_t ' { return [uint64] }
        '^bool ' { return [byte] }
        '^int32_t ' { return [int] }
        # No function of .NET's runs on a thread of the library: callbacks are always null.
        '^(d365_\w+_callback |void \*)' { return [System.IntPtr] }
        '^d365_\w+ \*\*' { return [System.IntPtr].MakeByRefType() }
        '^(const )?d365_\w+ \*' { return [System.IntPtr] }
    }
    throw "The declaration '$Declaration' has a type that NativeTypes.ps1 does not know."
}

# The .NET type of what a function returns.
function Get-NativeReturnType {
    param([string] $Declaration)
    switch -CaseSensitive ($Declaration) {
        'd365_status' { return [int] }
        'void' { return [void] }
        'const char *' { return [System.IntPtr] }
        'uint32_t' { return [uint32] }
        'uint16_t' { return [uint16] }
        'int32_t' { return [int] }
        'int64_t' { return [long] }
    }
    throw "The declaration returns '$Declaration', which NativeTypes.ps1 does not know."
}

# Adds one P/Invoke method a declaration to a type that is being built.
function Add-NativeMethod {
    param($Type, [string] $Library, [string] $Declaration)
    $match = [regex]::Match($Declaration, '^(?<return>.+?)\s*(?<name>d365_\w+)\((?<parameters>.*)\);$')
    if (-not $match.Success) { throw "'$Declaration' is no declaration of a C function." }
    $return = $match.Groups['return'].Value
    $types = [System.Type[]]@(foreach ($parameter in $match.Groups['parameters'].Value.Split(',')) {
            if ($parameter -cne 'void') { Get-NativeParameterType $parameter.Trim() }
        })

    $attributes = [System.Reflection.MethodAttributes]'Public, Static, HideBySig, PinvokeImpl'
    $method = $Type.DefinePInvokeMethod($match.Groups['name'].Value, $Library, $attributes,
        [System.Reflection.CallingConventions]::Standard, (Get-NativeReturnType $return), $types,
        [System.Runtime.InteropServices.CallingConvention]::Cdecl, [System.Runtime.InteropServices.CharSet]::Ansi)
    $method.SetImplementationFlags($method.GetMethodImplementationFlags() -bor [System.Reflection.MethodImplAttributes]::PreserveSig)
    for ($index = 0; $index -lt $types.Length; $index++) {
        if ($types[$index] -ne [string]) { continue }
        # 48 is UnmanagedType.LPUTF8Str, a name that the reference assemblies of .NET Framework before 4.7 lack.
        $constructor = [System.Runtime.InteropServices.MarshalAsAttribute].GetConstructor([System.Type[]]@([System.Runtime.InteropServices.UnmanagedType]))
        $marshal = [System.Reflection.Emit.CustomAttributeBuilder]::new($constructor, [object[]]@([System.Runtime.InteropServices.UnmanagedType]48))
        $method.DefineParameter($index + 1, [System.Reflection.ParameterAttributes]::In, "p$index").SetCustomAttribute($marshal)
    }
}

# A handle of a client that frees it once nobody uses it any more, however many runspaces share it.
function Add-ClientHandleType {
    param($Module, [type] $NativeType)
    $base = [Microsoft.Win32.SafeHandles.SafeHandleZeroOrMinusOneIsInvalid]
    $any = [System.Reflection.BindingFlags]'Public, NonPublic, Instance'
    $type = $Module.DefineType('Dynamics365.ClientHandle', [System.Reflection.TypeAttributes]'Public, Sealed', $base)

    $constructor = $type.DefineConstructor([System.Reflection.MethodAttributes]::Public, [System.Reflection.CallingConventions]::Standard,
        [System.Type[]]@([System.IntPtr]))
    $il = $constructor.GetILGenerator()
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, $base.GetConstructor($any, $null, [System.Type[]]@([bool]), $null))
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, [System.Runtime.InteropServices.SafeHandle].GetMethod('SetHandle', $any))
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)

    $release = $type.DefineMethod('ReleaseHandle', [System.Reflection.MethodAttributes]'Family, Virtual, HideBySig', [bool], [System.Type]::EmptyTypes)
    $il = $release.GetILGenerator()
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldfld, [System.Runtime.InteropServices.SafeHandle].GetField('handle', $any))
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, $NativeType.GetMethod('d365_client_free'))
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
    $type.CreateType()
}
