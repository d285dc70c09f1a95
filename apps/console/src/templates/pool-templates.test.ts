import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { awsCli, cloudFormation, type Described, terraform } from './pool-templates.ts';

const player = 'arn:aws:iam::000000000000:role/Player';
const described: Described = {
  pool: {
    IdentityPoolId: 'us-east-1:6f2c2a5e-0000-4000-8000-000000000001',
    IdentityPoolName: "Ada's pool",
    AllowUnauthenticatedIdentities: true,
    SupportedLoginProviders: { 'accounts.google.com': '1234.apps' },
    CognitoIdentityProviders: [
      { ProviderName: 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab', ClientId: 'c1' },
    ],
    IdentityPoolTags: { team: '${games}' },
  },
  roles: {
    Roles: { authenticated: player },
    RoleMappings: {
      'accounts.google.com': {
        Type: 'Rules',
        AmbiguousRoleResolution: 'Deny',
        RulesConfiguration: {
          Rules: [{ Claim: 'hd', MatchType: 'Equals', Value: 'example.com', RoleARN: player }],
        },
      },
    },
  },
  tagMaps: [
    { provider: 'accounts.google.com', useDefaults: false, tags: { team: 'hd' } },
    { provider: 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab', useDefaults: true, tags: {} },
  ],
};
const bare: Described = { ...described, roles: { Roles: {} }, tagMaps: [] };

describe('a pool', () => {
  it('is a CloudFormation template', () => {
    expect(cloudFormation(described)).toBe(`AWSTemplateFormatVersion: "2010-09-09"
Resources:
  IdentityPool:
    Type: AWS::Cognito::IdentityPool
    Properties:
      IdentityPoolName: "Ada's pool"
      AllowUnauthenticatedIdentities: true
      SupportedLoginProviders:
        "accounts.google.com": "1234.apps"
      CognitoIdentityProviders:
        - ProviderName: "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab"
          ClientId: "c1"
      IdentityPoolTags:
        - Key: "team"
          Value: "\${games}"
  IdentityPoolRoles:
    Type: AWS::Cognito::IdentityPoolRoleAttachment
    Properties:
      IdentityPoolId:
        Ref: IdentityPool
      Roles:
        authenticated: "arn:aws:iam::000000000000:role/Player"
      RoleMappings:
        Mapping1:
          IdentityProvider: "accounts.google.com"
          Type: Rules
          AmbiguousRoleResolution: Deny
          RulesConfiguration:
            Rules:
              - Claim: "hd"
                MatchType: Equals
                Value: "example.com"
                RoleARN: "arn:aws:iam::000000000000:role/Player"
  PrincipalTags1:
    Type: AWS::Cognito::IdentityPoolPrincipalTag
    Properties:
      IdentityPoolId:
        Ref: IdentityPool
      IdentityProviderName: "accounts.google.com"
      PrincipalTags:
        team: "hd"
  PrincipalTags2:
    Type: AWS::Cognito::IdentityPoolPrincipalTag
    Properties:
      IdentityPoolId:
        Ref: IdentityPool
      IdentityProviderName: "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab"
      UseDefaults: true
`);
  });

  it('is a Terraform file, where what looks like an expression stays text', () => {
    expect(terraform(described)).toBe(`resource "aws_cognito_identity_pool" "pool" {
  identity_pool_name               = "Ada's pool"
  allow_unauthenticated_identities = true
  supported_login_providers        = {
    "accounts.google.com" = "1234.apps"
  }
  tags                             = {
    "team" = "$\${games}"
  }

  cognito_identity_providers {
    provider_name = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab"
    client_id     = "c1"
  }
}

resource "aws_cognito_identity_pool_roles_attachment" "pool" {
  identity_pool_id = aws_cognito_identity_pool.pool.id
  roles            = {
    "authenticated" = "arn:aws:iam::000000000000:role/Player"
  }

  role_mapping {
    identity_provider         = "accounts.google.com"
    type                      = "Rules"
    ambiguous_role_resolution = "Deny"

    mapping_rule {
      claim      = "hd"
      match_type = "Equals"
      value      = "example.com"
      role_arn   = "arn:aws:iam::000000000000:role/Player"
    }
  }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "provider1" {
  identity_pool_id       = aws_cognito_identity_pool.pool.id
  identity_provider_name = "accounts.google.com"
  use_defaults           = false
  principal_tags         = {
    "team" = "hd"
  }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "provider2" {
  identity_pool_id       = aws_cognito_identity_pool.pool.id
  identity_provider_name = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab"
  use_defaults           = true
}
`);
  });

  it('is commands, whose words a shell takes as they were', () => {
    const script = awsCli(described, 'http://127.0.0.1:4100');
    // A shell function in place of the CLI says what it was given.
    const { stderr } = spawnSync(
      'sh',
      ['-c', `aws() { printf '%s\\0' "$@" >&2; echo the-pool; }\n${script}`],
      {
        encoding: 'utf8',
      },
    );
    const words = stderr.split('\0');
    const inputs = words
      .filter((_, at) => words[at - 1] === '--cli-input-json')
      .map((text) => JSON.parse(text));
    const { IdentityPoolId, ...input } = described.pool;
    expect(inputs).toEqual([
      input,
      described.roles,
      { IdentityProviderName: 'accounts.google.com', UseDefaults: false, PrincipalTags: { team: 'hd' } },
      { IdentityProviderName: 'cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab', UseDefaults: true },
    ]);
    expect(words[words.indexOf('--identity-pool-id') + 1]).toBe('the-pool');
  });

  it('does not show by which tags the command line knows it', () => {
    const tagged = {
      ...bare,
      pool: { ...bare.pool, IdentityPoolTags: { 'daypass:stack': 'game', 'daypass:logical-id': 'Pool' } },
    };
    const texts = [cloudFormation(tagged), terraform(tagged), awsCli(tagged, 'http://127.0.0.1:4100')];
    expect(texts.join()).not.toMatch(/daypass:|tags/i);
  });

  it('without roles and tags has nothing attached', () => {
    expect(cloudFormation(bare)).not.toContain('IdentityPoolRoles');
    expect(terraform(bare)).not.toContain('roles_attachment');
    expect(awsCli(bare, 'http://127.0.0.1:4100')).not.toContain('set-');
  });
});
