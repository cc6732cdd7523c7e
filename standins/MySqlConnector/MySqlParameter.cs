using System.Collections;
using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;

namespace MySqlConnector;

public sealed class MySqlParameter : DbParameter
{
    public MySqlParameter()
    {
    }

    public MySqlParameter(string? name, object? value) => (ParameterName, Value) = (name, value);

    [AllowNull]
    public override string ParameterName { get; set => field = value ?? ""; } = "";

    public override object? Value { get; set; }

    public override DbType DbType { get; set; } = DbType.String;

    public override ParameterDirection Direction
    {
        get => ParameterDirection.Input;
        set
        {
            if (value != ParameterDirection.Input)
            {
                throw new NotSupportedException("The stand-in for MySqlConnector does input parameters only.");
            }
        }
    }

    public override bool IsNullable { get; set; }

    public override int Size { get; set; }

    [AllowNull]
    public override string SourceColumn { get; set => field = value ?? ""; } = "";

    public override bool SourceColumnNullMapping { get; set; }

    public override void ResetDbType() => DbType = DbType.String;
}

public sealed class MySqlParameterCollection : DbParameterCollection, IEnumerable<MySqlParameter>
{
    private readonly List<MySqlParameter> _parameters = [];

    internal MySqlParameterCollection()
    {
    }

    public override int Count => _parameters.Count;

    public override object SyncRoot => throw new NotSupportedException();

    public new MySqlParameter this[int index] { get => _parameters[index]; set => _parameters[index] = value; }

    public new MySqlParameter this[string name] { get => _parameters[Find(name)]; set => _parameters[Find(name)] = value; }

    public MySqlParameter AddWithValue(string parameterName, object? value) => Add(new MySqlParameter(parameterName, value));

    public MySqlParameter Add(MySqlParameter parameter)
    {
        if (parameter.ParameterName.Length > 0 && Contains(parameter.ParameterName))
        {
            throw new ArgumentException($"Parameter '{parameter.ParameterName}' has already been defined", nameof(parameter));
        }

        _parameters.Add(parameter);
        return parameter;
    }

    public override int Add(object value)
    {
        Add((MySqlParameter)value);
        return _parameters.Count - 1;
    }

    public override void AddRange(Array values)
    {
        foreach (MySqlParameter parameter in values)
        {
            Add(parameter);
        }
    }

    public override void Clear() => _parameters.Clear();

    public override bool Contains(object value) => IndexOf(value) >= 0;

    public override bool Contains(string value) => IndexOf(value) >= 0;

    public override void CopyTo(Array array, int index) => ((ICollection)_parameters).CopyTo(array, index);

    public override IEnumerator GetEnumerator() => _parameters.GetEnumerator();

    IEnumerator<MySqlParameter> IEnumerable<MySqlParameter>.GetEnumerator() => _parameters.GetEnumerator();

    public override int IndexOf(object value) => value is MySqlParameter parameter ? _parameters.IndexOf(parameter) : -1;

    public override int IndexOf(string parameterName) =>
        _parameters.FindIndex(parameter => string.Equals(Bare(parameter.ParameterName), Bare(parameterName), StringComparison.OrdinalIgnoreCase));

    public override void Insert(int index, object value) => _parameters.Insert(index, (MySqlParameter)value);

    public override void Remove(object value) => _parameters.Remove((MySqlParameter)value);

    public override void RemoveAt(int index) => _parameters.RemoveAt(index);

    public override void RemoveAt(string parameterName) => _parameters.RemoveAt(Find(parameterName));

    protected override DbParameter GetParameter(int index) => _parameters[index];

    protected override DbParameter GetParameter(string parameterName) => _parameters[Find(parameterName)];

    protected override void SetParameter(int index, DbParameter value) => _parameters[index] = (MySqlParameter)value;

    protected override void SetParameter(string parameterName, DbParameter value) => _parameters[Find(parameterName)] = (MySqlParameter)value;

    private static string Bare(string name) => name.TrimStart('@', '?');

    private int Find(string name) => IndexOf(name) is >= 0 and var index
        ? index
        : throw new ArgumentException($"Parameter '{name}' not found in the collection");
}
