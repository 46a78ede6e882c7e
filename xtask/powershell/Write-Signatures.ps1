# Writes what the module binds of the library: a line for each function, with its name, result and parameters as .NET has them. A parameter
# that is marshalled in a way of its own has the number of that behind a colon.
param([Parameter(Mandatory)] [string] $Module, [Parameter(Mandatory)] [string] $Path)

$ErrorActionPreference = 'Stop'
$native = & (Import-Module -Name $Module -PassThru) { Get-NativeType }
$lines = foreach ($method in $native.GetMethods([System.Reflection.BindingFlags]'Public, Static, DeclaredOnly')) {
    $parameters = foreach ($parameter in $method.GetParameters()) {
        $name = $parameter.ParameterType.FullName
        foreach ($marshal in $parameter.GetCustomAttributes([System.Runtime.InteropServices.MarshalAsAttribute], $false)) { $name += ":$([int]$marshal.Value)" }
        $name
    }
    $method.Name, $method.ReturnType.FullName, (@($parameters) -join ',') -join "`t"
}
[System.IO.File]::WriteAllLines($Path, [string[]]@($lines))
