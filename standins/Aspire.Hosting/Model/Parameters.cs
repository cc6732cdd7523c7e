using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel
{
    /// <summary>A value that comes from configuration (<c>Parameters:name</c>) or from its default.</summary>
    public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
        : Resource(name), IManifestExpressionProvider, IValueProvider
    {
        private string? _value;

        public ParameterDefault? Default { get; set; }
        public bool Secret { get; } = secret;
        public bool IsConnectionString { get; set; }

        public string ValueExpression => IsConnectionString ? $"{{{Name}.connectionString}}" : $"{{{Name}.value}}";

        public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(_value ??= callback(Default));

        public ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken) => GetValueAsync(cancellationToken);
    }

    public abstract class ParameterDefault
    {
        public abstract string GetDefaultValue();
    }

    /// <summary>A random value; kept in user secrets by whoever persists it.</summary>
    public sealed class GenerateParameterDefault : ParameterDefault
    {
        // Without characters that look alike, and with specials that no shell, URL or connection string needs quoted.
        private const string LowerCase = "abcdefghjkmnpqrstuvwxyz", UpperCase = "ABCDEFGHJKMNPQRSTUVWXYZ", Digits = "0123456789", Specials = "-_.{}~()*+!";

        public int MinLength { get; set; }
        public bool Lower { get; set; } = true;
        public bool Upper { get; set; } = true;
        public bool Numeric { get; set; } = true;
        public bool Special { get; set; } = true;
        public int MinLower { get; set; }
        public int MinUpper { get; set; }
        public int MinNumeric { get; set; }
        public int MinSpecial { get; set; }

        public override string GetDefaultValue()
        {
            (bool Use, string Set, int Least)[] kinds = [(Lower, LowerCase, MinLower), (Upper, UpperCase, MinUpper), (Numeric, Digits, MinNumeric), (Special, Specials, MinSpecial)];
            var used = kinds.Where(k => k.Use).ToArray();
            if (used.Length == 0 || kinds.Any(k => !k.Use && k.Least > 0))
            {
                throw new ArgumentException("A generated value needs at least one kind of character, and no minimum of a kind that is off.");
            }

            var all = string.Concat(used.Select(k => k.Set));
            var least = used.SelectMany(k => RandomNumberGenerator.GetItems<char>(k.Set, k.Least)).ToArray();
            char[] value = [.. least, .. RandomNumberGenerator.GetItems<char>(all, Math.Max(MinLength - least.Length, 0))];
            RandomNumberGenerator.Shuffle(value.AsSpan());
            return new string(value);
        }
    }
}

namespace Aspire.Hosting
{
    public class MissingParameterValueException : DistributedApplicationException
    {
        public MissingParameterValueException(string message) : base(message)
        {
        }

        public MissingParameterValueException(string message, Exception innerException) : base(message, innerException)
        {
        }
    }
}
