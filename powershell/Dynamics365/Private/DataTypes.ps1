# The types of what the commands write: plain classes with public fields, which PowerShell shows as properties. They are emitted,
# so that filling one from a row of text costs a fraction of a microsecond and every runspace sees the same types.

# The columns of a row type in the order in which they are asked for: the property, its column, and how its text is read.
$script:RowColumns = @{
    User         = @(
        'SystemUserId', 'FullName', 'DomainName', 'InternalEmailAddress', 'FirstName', 'LastName', 'BusinessUnitId', 'IsDisabled:Boolean',
        'AccessMode:Integer', 'ApplicationId', 'PhotoUrl', 'EmployeeId', 'GovernmentId', 'HomePhone', 'JobTitle', 'MiddleName', 'MobilePhone',
        'Nickname', 'Salutation', 'Skills', 'Title', 'BusinessUnitName')
    Role         = @('RoleId', 'Name', 'BusinessUnitId', 'ParentRootRoleId', 'IsManaged:Boolean')
    # A role as somebody holds it, itself or through a team.
    UserRole     = @('SystemUserId', 'FullName', 'RoleId', 'Name', 'BusinessUnitId', 'TeamId', 'TeamName')
    RoleMember   = @('SystemUserId', 'FullName', 'InternalEmailAddress', 'BusinessUnitId', 'IsDisabled:Boolean', 'RoleId', 'RoleName', 'RoleBusinessUnitId',
        'TeamId', 'TeamName')
    Team         = @('TeamId', 'Name', 'BusinessUnitId', 'TeamType:Integer', 'IsDefault:Boolean', 'AdministratorId', 'Description')
    BusinessUnit = @('BusinessUnitId', 'Name', 'ParentBusinessUnitId', 'IsDisabled:Boolean')
}

# Their logical names, by type: made at the first use.
$script:RowNames = @{}

function Get-RowName {
    param([string] $Type)
    if (-not $script:RowNames.ContainsKey($Type)) {
        $script:RowNames[$Type] = [string[]]@(foreach ($column in $script:RowColumns[$Type]) { $column.Split(':')[0].ToLowerInvariant() })
    }
    , $script:RowNames[$Type]
}

# The columns of a table's changes where none are asked for.
$script:ChangeColumns = @{
    systemuser = @('systemuserid', 'fullname', 'domainname', 'internalemailaddress', 'businessunitid', 'isdisabled')
    role = @('roleid', 'name', 'businessunitid'); businessunit = @('businessunitid', 'name', 'parentbusinessunitid', 'isdisabled')
    team = @('teamid', 'name', 'businessunitid', 'teamtype'); systemuserroles = @('systemuserroleid', 'systemuserid', 'roleid')
    teamroles = @('teamroleid', 'teamid', 'roleid'); teammembership = @('teammembershipid', 'teamid', 'systemuserid')
}

# Fields that a row type has beside its columns, lists of names: filled where they are asked for.
$script:RowExtras = @{ User = @('Roles') }

# The columns that are no text wherever they are asked for by name (-Property).
$script:TypedColumns = @{ isdisabled = 'Boolean'; ismanaged = 'Boolean'; islicensed = 'Boolean'; accessmode = 'Integer'; caltype = 'Integer'; teamtype = 'Integer'; isdefault = 'Boolean'; roles = 'List' }

# Results and other objects: property and type.
$script:PlainTypes = [ordered]@{
    UserChange      = [ordered]@{ SystemUserId = [string]; FullName = [string]; Action = [string]; Changed = [bool]; Planned = [bool]; Changes = [object[]]
        RolesRemoved = [object[]]; RolesRestored = [object[]]; RolesWithoutCopy = [object[]]; User = [object] }
    AttributeChange = [ordered]@{ Attribute = [string]; Before = [object]; After = [object] }
    RoleChange      = [ordered]@{ SystemUserId = [string]; FullName = [string]; RoleId = [string]; RoleName = [string]; Action = [string]; Changed = [bool]
        Planned = [bool] }
    TeamRoleChange  = [ordered]@{ TeamId = [string]; TeamName = [string]; RoleId = [string]; RoleName = [string]; Action = [string]; Changed = [bool]; Planned = [bool] }
    # What became of a change that a stopped command did not write any more.
    ChangeOutcome   = [ordered]@{ InputObject = [object]; Change = [string]; Outcome = [string]; Result = [object[]]; Error = [object] }
    ConnectionTest  = [ordered]@{ Success = [bool]; Step = [string]; Message = [string]; ErrorId = [string]; StatusCode = [int]; ErrorCode = [string]
        Name = [string]; Url = [string]; UserId = [string]; BusinessUnitId = [string]; OrganizationId = [string]; Version = [string]; MissingPrivileges = [string[]]
        Steps = [object[]]; Duration = [timespan] }
    ConnectionStep  = [ordered]@{ Step = [string]; Success = [bool]; Detail = [string]; Duration = [timespan] }
    Response        = [ordered]@{ StatusCode = [int]; Header = [object]; Body = [object] }
}

function Add-DataType {
    param($Module, $Types)
    $Types['NameList'] = Add-NameListType -Module $Module
    $convert = Add-ConvertType -Module $Module -NameList $Types['NameList']
    $Types['Convert'] = $convert
    foreach ($name in $script:RowColumns.Keys) {
        $Types[$name] = Add-RowType -Module $Module -Name "Dynamics365.$name" -Columns $script:RowColumns[$name] -Extras $script:RowExtras[$name] -Convert $convert -NameList $Types['NameList']
    }
    foreach ($name in $script:PlainTypes.Keys) {
        $type = $Module.DefineType("Dynamics365.$name", [System.Reflection.TypeAttributes]'Public, Sealed')
        foreach ($field in $script:PlainTypes[$name].Keys) {
            $null = $type.DefineField($field, $script:PlainTypes[$name][$field], [System.Reflection.FieldAttributes]::Public)
        }
        $Types[$name] = $type.CreateType()
    }
    $Types['Connection'] = Add-ConnectionType -Module $Module
    $Types['RequestException'] = Add-ExceptionType -Module $Module
}

# Static methods that read the text of a field; no text is null. Names in a list are divided by GS (0x1D).
function Add-ConvertType {
    param($Module, [type] $NameList)
    $type = $Module.DefineType('Dynamics365.Convert', [System.Reflection.TypeAttributes]'Public, Abstract, Sealed')
    $attributes = [System.Reflection.MethodAttributes]'Public, Static, HideBySig'
    $text = [System.Type[]]@([string])
    foreach ($name in 'Text', 'Boolean', 'Integer', 'List') {
        $result = @{ Text = [string]; Boolean = [System.Nullable[bool]]; Integer = [System.Nullable[int]]; List = $NameList }[$name]
        $il = $type.DefineMethod($name, $attributes, $result, $text).GetILGenerator()
        $null = $il.DeclareLocal($result)
        $empty = $il.DefineLabel()
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
        $il.Emit([System.Reflection.Emit.OpCodes]::Call, [string].GetMethod('IsNullOrEmpty', $text))
        $il.Emit([System.Reflection.Emit.OpCodes]::Brtrue, $empty)
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
        if ($name -ceq 'Boolean') {
            $il.Emit([System.Reflection.Emit.OpCodes]::Call, [bool].GetMethod('Parse', $text))
            $il.Emit([System.Reflection.Emit.OpCodes]::Newobj, $result.GetConstructor([System.Type[]]@([bool])))
        }
        if ($name -ceq 'Integer') {
            $il.Emit([System.Reflection.Emit.OpCodes]::Call, [System.Globalization.CultureInfo].GetProperty('InvariantCulture').GetGetMethod())
            $il.Emit([System.Reflection.Emit.OpCodes]::Call, [int].GetMethod('Parse', [System.Type[]]@([string], [System.IFormatProvider])))
            $il.Emit([System.Reflection.Emit.OpCodes]::Newobj, $result.GetConstructor([System.Type[]]@([int])))
        }
        if ($name -ceq 'List') {
            $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_1)
            $il.Emit([System.Reflection.Emit.OpCodes]::Newarr, [char])
            $il.Emit([System.Reflection.Emit.OpCodes]::Dup)
            $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_0)
            $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4, 0x1D)
            $il.Emit([System.Reflection.Emit.OpCodes]::Stelem_I2)
            $il.Emit([System.Reflection.Emit.OpCodes]::Call, [string].GetMethod('Split', [System.Type[]]@([char[]])))
            $il.Emit([System.Reflection.Emit.OpCodes]::Newobj, $NameList.GetConstructor([System.Type[]]@([string[]])))
        }
        $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
        $il.MarkLabel($empty)
        # A local that was never set is null, for a string as for a nullable.
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc_0)
        $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
    }
    Add-SplitMethod -Type $type
    $type.CreateType()
}

# Split(text, length, ref fields): the fields of a batch, straight from the library's memory into an array, which grows as needed and serves one batch after the other; returns how
# many there are. A text and an array for each batch would be large objects: .NET puts those away only when it looks through all of its memory.
function Add-SplitMethod {
    param($Type)
    $il = $Type.DefineMethod('Split', [System.Reflection.MethodAttributes]'Public, Static, HideBySig', [int],
        [System.Type[]]@([System.IntPtr], [int], [string[]].MakeByRefType())).GetILGenerator()
    $at, $end, $start = foreach ($number in 1..3) { $il.DeclareLocal([System.IntPtr]) }
    $count = $il.DeclareLocal([int])
    $again, $scan, $found, $room, $done = foreach ($number in 1..5) { $il.DefineLabel() }
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Stloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Add)
    $il.Emit([System.Reflection.Emit.OpCodes]::Stloc, $end)
    # while (at < end)
    $il.MarkLabel($again)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $end)
    $il.Emit([System.Reflection.Emit.OpCodes]::Bge_Un, $done)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Stloc, $start)
    # while (*at is neither RS nor US) at++
    $il.MarkLabel($scan)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldind_U1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4, 0x1E)
    $il.Emit([System.Reflection.Emit.OpCodes]::Sub)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ble_Un, $found)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Add)
    $il.Emit([System.Reflection.Emit.OpCodes]::Stloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $end)
    $il.Emit([System.Reflection.Emit.OpCodes]::Blt_Un, $scan)
    # if (count == fields.Length) Array.Resize(ref fields, 2 * count)
    $il.MarkLabel($found)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $count)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_2)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldind_Ref)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldlen)
    $il.Emit([System.Reflection.Emit.OpCodes]::Conv_I4)
    $il.Emit([System.Reflection.Emit.OpCodes]::Bne_Un, $room)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_2)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $count)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_2)
    $il.Emit([System.Reflection.Emit.OpCodes]::Mul)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, [System.Array].GetMethod('Resize').MakeGenericMethod([string]))
    # fields[count++] = UTF8.GetString(start, at++ - start)
    $il.MarkLabel($room)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_2)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldind_Ref)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $count)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, [System.Text.Encoding].GetProperty('UTF8').GetGetMethod())
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $start)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $start)
    $il.Emit([System.Reflection.Emit.OpCodes]::Sub)
    $il.Emit([System.Reflection.Emit.OpCodes]::Conv_I4)
    $il.Emit([System.Reflection.Emit.OpCodes]::Callvirt, [System.Text.Encoding].GetMethod('GetString', [System.Type[]]@([byte].MakePointerType(), [int])))
    $il.Emit([System.Reflection.Emit.OpCodes]::Stelem_Ref)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $count)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Add)
    $il.Emit([System.Reflection.Emit.OpCodes]::Stloc, $count)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Add)
    $il.Emit([System.Reflection.Emit.OpCodes]::Stloc, $at)
    $il.Emit([System.Reflection.Emit.OpCodes]::Br, $again)
    $il.MarkLabel($done)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldloc, $count)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
}

# A list of names whose text is the names with commas: Export-Csv and a text write that, where an array would give 'System.String[]'.
function Add-NameListType {
    param($Module)
    $list = [System.Collections.Generic.List[string]]
    $type = $Module.DefineType('Dynamics365.NameList', [System.Reflection.TypeAttributes]'Public, Sealed', $list)
    $constructor = $type.DefineConstructor([System.Reflection.MethodAttributes]::Public, [System.Reflection.CallingConventions]::Standard, [System.Type[]]@([string[]]))
    $il = $constructor.GetILGenerator()
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, $list.GetConstructor([System.Type[]]@([System.Collections.Generic.IEnumerable[string]])))
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
    $method = $type.DefineMethod('ToString', [System.Reflection.MethodAttributes]'Public, Virtual, HideBySig', [string], [System.Type]::EmptyTypes)
    $il = $method.GetILGenerator()
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldstr, ', ')
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, [string].GetMethod('Join', [System.Type[]]@([string], [System.Collections.Generic.IEnumerable[string]])))
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
    $type.CreateType()
}

# A class with one field a column, a constructor (string[] fields, int start) that fills them, and ToString() that gives the first column, the
# id, so that an object stands for its id where text is expected.
function Add-RowType {
    param($Module, [string] $Name, [string[]] $Columns, [string[]] $Extras, [type] $Convert, [type] $NameList)
    $type = $Module.DefineType($Name, [System.Reflection.TypeAttributes]'Public, Sealed')
    $null = $type.DefineDefaultConstructor([System.Reflection.MethodAttributes]::Public)
    $constructor = $type.DefineConstructor([System.Reflection.MethodAttributes]::Public, [System.Reflection.CallingConventions]::Standard,
        [System.Type[]]@([string[]], [int]))
    $il = $constructor.GetILGenerator()
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, [object].GetConstructor([System.Type]::EmptyTypes))
    $first = $null
    for ($index = 0; $index -lt $Columns.Length; $index++) {
        $column, $kind = $Columns[$index].Split(':')
        if ($null -eq $kind) { $kind = 'Text' }
        $reader = $Convert.GetMethod($kind)
        $field = $type.DefineField($column, $reader.ReturnType, [System.Reflection.FieldAttributes]::Public)
        if ($null -eq $first) { $first = $field }
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_1)
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_2)
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldc_I4, $index)
        $il.Emit([System.Reflection.Emit.OpCodes]::Add)
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldelem_Ref)
        $il.Emit([System.Reflection.Emit.OpCodes]::Call, $reader)
        $il.Emit([System.Reflection.Emit.OpCodes]::Stfld, $field)
    }
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
    foreach ($extra in $Extras) { $null = $type.DefineField($extra, $NameList, [System.Reflection.FieldAttributes]::Public) }
    if ($first.FieldType -eq [string]) { Add-ToString -Type $type -Field $first }
    $type.CreateType()
}

# The class of rows that have the columns of -Property, spelled as they were given: made once a process for each choice of columns.
function Get-SelectedType {
    param([string] $Name, [string[]] $Property)
    $types = Get-EmittedType
    $key = "$Name $($Property -join ',')"
    [System.Threading.Monitor]::Enter($types)
    try {
        if (-not $types.ContainsKey($key)) {
            $columns = foreach ($column in $Property) {
                $kind = [string]$script:TypedColumns[$column]
                if ($kind.Length -eq 0) { $kind = 'Text' }
                "${column}:$kind"
            }
            $types[$key] = Add-RowType -Module (New-DynamicModule 'Dynamics365.Selected') -Name $Name -Columns @($columns) -Convert $types['Convert']
        }
        $types[$key]
    }
    finally { [System.Threading.Monitor]::Exit($types) }
}

function Add-ToString {
    param($Type, $Field)
    $method = $Type.DefineMethod('ToString', [System.Reflection.MethodAttributes]'Public, Virtual, HideBySig', [string], [System.Type]::EmptyTypes)
    $il = $method.GetILGenerator()
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldfld, $Field)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
}

# A connection: what may be shown are its fields. The handle of the native client and what answers its questions are behind methods, so
# that neither ConvertTo-Json nor Export-Clixml nor a listing ever meets them.
function Add-ConnectionType {
    param($Module)
    $type = $Module.DefineType('Dynamics365.Connection', [System.Reflection.TypeAttributes]'Public, Sealed')
    $fields = [ordered]@{ Name = [string]; Url = [string]; ApiPath = [string]; LoginId = [string]; UserId = [string]; BusinessUnitId = [string]
        OrganizationId = [string]; Version = [string]; ConnectedAt = [System.Nullable[datetime]]; IsDefault = [bool]
        AdvisedParallelism = [System.Nullable[int]]; RequestsLeft = [System.Nullable[long]]; TimeLeft = [System.Nullable[timespan]] }
    $name = $null
    foreach ($field in $fields.Keys) {
        $builder = $type.DefineField($field, $fields[$field], [System.Reflection.FieldAttributes]::Public)
        if ($null -eq $name) { $name = $builder }
    }
    $safeHandle = [System.Runtime.InteropServices.SafeHandle]
    $hidden = [ordered]@{ Handle = $safeHandle; Source = [object] }
    $constructor = $type.DefineConstructor([System.Reflection.MethodAttributes]::Public, [System.Reflection.CallingConventions]::Standard,
        [System.Type[]]@($hidden.Values))
    $il = $constructor.GetILGenerator()
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, [object].GetConstructor([System.Type]::EmptyTypes))
    $argument = 0
    foreach ($part in $hidden.Keys) {
        $argument++
        $field = $type.DefineField($part.ToLowerInvariant(), $hidden[$part], [System.Reflection.FieldAttributes]'Private, InitOnly')
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
        $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg, [int16]$argument)
        $il.Emit([System.Reflection.Emit.OpCodes]::Stfld, $field)
        $getter = $type.DefineMethod("Get$part", [System.Reflection.MethodAttributes]'Public, HideBySig', $hidden[$part], [System.Type]::EmptyTypes).GetILGenerator()
        $getter.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
        $getter.Emit([System.Reflection.Emit.OpCodes]::Ldfld, $field)
        $getter.Emit([System.Reflection.Emit.OpCodes]::Ret)
    }
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
    Add-ToString -Type $type -Field $name
    $type.CreateType()
}

# The exception of every failure of the module.
function Add-ExceptionType {
    param($Module)
    $type = $Module.DefineType('Dynamics365.RequestException', [System.Reflection.TypeAttributes]'Public, Sealed', [System.Exception])
    $fields = [ordered]@{ Status = [string]; StatusCode = [int]; ErrorCode = [string]; RequestId = [string]; Privilege = [string]
        RetryAfter = [System.Nullable[timespan]]; Target = [string] }
    foreach ($field in $fields.Keys) { $null = $type.DefineField($field, $fields[$field], [System.Reflection.FieldAttributes]::Public) }
    $constructor = $type.DefineConstructor([System.Reflection.MethodAttributes]::Public, [System.Reflection.CallingConventions]::Standard,
        [System.Type[]]@([string]))
    $il = $constructor.GetILGenerator()
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_0)
    $il.Emit([System.Reflection.Emit.OpCodes]::Ldarg_1)
    $il.Emit([System.Reflection.Emit.OpCodes]::Call, [System.Exception].GetConstructor([System.Type[]]@([string])))
    $il.Emit([System.Reflection.Emit.OpCodes]::Ret)
    $type.CreateType()
}
