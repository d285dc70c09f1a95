const roleAttribute = 'https://aws.amazon.com/SAML/Attributes/Role';

/**
 * The pairs of the assertion's Role attribute; either ARN may stand first. Values that are no such pair are left
 * out. Source: IAM User Guide, "Configure SAML assertions for the authentication response", SAML role attribute.
 */
export function samlRoles(
  attributes: Readonly<Record<string, unknown>>,
): readonly { readonly roleArn: string; readonly providerArn: string }[] {
  const value = attributes[roleAttribute];
  return (Array.isArray(value) ? value : [value]).flatMap((pair: unknown) => {
    const arns = typeof pair === 'string' ? pair.split(',').map((arn) => arn.trim()) : [];
    const roleArn = arns.find((arn) => arn.includes(':role/'));
    const providerArn = arns.find((arn) => arn.includes(':saml-provider/'));
    return arns.length === 2 && roleArn && providerArn ? [{ roleArn, providerArn }] : [];
  });
}
