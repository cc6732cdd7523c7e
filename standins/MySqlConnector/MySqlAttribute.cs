using System.Collections;

namespace MySqlConnector;

public sealed class MySqlAttribute(string attributeName, object? value)
{
    public MySqlAttribute()
        : this("", null)
    {
    }

    public string AttributeName { get; set; } = attributeName;

    public object? Value { get; set; } = value;
}

public sealed class MySqlAttributeCollection : IEnumerable<MySqlAttribute>
{
    private readonly List<MySqlAttribute> _attributes = [];

    internal MySqlAttributeCollection()
    {
    }

    public int Count => _attributes.Count;

    public MySqlAttribute this[int index] => _attributes[index];

    public void Add(MySqlAttribute attribute)
    {
        ArgumentException.ThrowIfNullOrEmpty(attribute.AttributeName);
        if (_attributes.Exists(known => known.AttributeName == attribute.AttributeName))
        {
            throw new ArgumentException($"An attribute with the name {attribute.AttributeName} already exists in the collection", nameof(attribute));
        }

        _attributes.Add(attribute);
    }

    /// <summary>Adds the attribute, or replaces the one of that name.</summary>
    public void SetAttribute(string attributeName, object? value)
    {
        ArgumentException.ThrowIfNullOrEmpty(attributeName);
        _attributes.RemoveAll(known => known.AttributeName == attributeName);
        _attributes.Add(new MySqlAttribute(attributeName, value));
    }

    public bool Remove(MySqlAttribute attribute) => _attributes.Remove(attribute);

    public void Clear() => _attributes.Clear();

    public IEnumerator<MySqlAttribute> GetEnumerator() => _attributes.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
