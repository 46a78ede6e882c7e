# The .NET types of the module, emitted once a process: runspaces that import the module at the same time share them.

# A dynamic module to build types in. Windows PowerShell 5.1 runs on .NET Framework, which makes it through the AppDomain.
function New-DynamicModule {
    param([string] $Name)
    $assembly = [System.Reflection.AssemblyName]::new($Name)
    $access = [System.Reflection.Emit.AssemblyBuilderAccess]::Run
    if ($PSVersionTable.PSEdition -ceq 'Desktop') { $builder = [System.AppDomain]::CurrentDomain.DefineDynamicAssembly($assembly, $access) }
    else { $builder = [System.Reflection.Emit.AssemblyBuilder]::DefineDynamicAssembly($assembly, $access) }
    $builder.DefineDynamicModule($Name)
}

# The types by name. Without -Library those that need no native library (rows, results, the exception), with it also the
# library's functions ('Native') and the handle of a client ('ClientHandle').
function Get-EmittedType {
    param([string] $Library)
    $domain = [System.AppDomain]::CurrentDomain
    # The key has the folder and the version of the module, so that another copy of it never gets types of this one.
    $module = $ExecutionContext.SessionState.Module
    $key = 'Dynamics365|{0}|{1}|{2}' -f $script:ModuleRoot, $module.Version, $Library
    $found = $domain.GetData($key)
    if ($null -ne $found) { return $found }

    # An interned string is one object in the whole process, which makes it a lock that every runspace finds.
    $lock = [string]::Intern('Dynamics365.EmittedTypes')
    [System.Threading.Monitor]::Enter($lock)
    try {
        $found = $domain.GetData($key)
        if ($null -ne $found) { return $found }
        $types = [System.Collections.Generic.Dictionary[string, type]]::new()
        if ([string]::IsNullOrEmpty($Library)) { Add-DataType -Module (New-DynamicModule 'Dynamics365.Types') -Types $types }
        else {
            $builder = New-DynamicModule 'Dynamics365.Native'
            $native = $builder.DefineType('Dynamics365.Native', [System.Reflection.TypeAttributes]'Public, Abstract, Sealed')
            foreach ($declaration in $script:NativeDeclarations) { Add-NativeMethod -Type $native -Library $Library -Declaration $declaration }
            $types['Native'] = $native.CreateType()
            $types['ClientHandle'] = Add-ClientHandleType -Module $builder -NativeType $types['Native']
        }
        $domain.SetData($key, $types)
        return $types
    }
    finally { [System.Threading.Monitor]::Exit($lock) }
}

# One of the types that need no native library: User, Role, UserRole, BusinessUnit, Connection, UserChange, RoleChange, ...
function Get-DataType {
    param([string] $Name)
    if ($null -eq $script:Types) { $script:Types = Get-EmittedType }
    $script:Types[$Name]
}
