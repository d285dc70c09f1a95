locals {
  google    = "accounts.google.com"
  user_pool = "cognito-idp.us-east-1.amazonaws.com/us-east-1_Example01"
}

resource "aws_iam_openid_connect_provider" "login" {
  url             = "https://login.example.test/tenant"
  client_id_list  = var.changed ? ["web-client", "tv-client"] : ["web-client", "phone-client"]
  thumbprint_list = [var.changed ? "1111111111111111111111111111111111111111" : "0000000000000000000000000000000000000000"]
  tags            = { team = var.changed ? "platform" : "games" }
}

resource "aws_iam_saml_provider" "office" {
  name                   = "office"
  saml_metadata_document = file("${path.module}/metadata.xml")
  tags                   = { team = "games" }
}

resource "aws_cognito_identity_pool" "players" {
  identity_pool_name               = "Players"
  allow_unauthenticated_identities = var.changed
  allow_classic_flow               = !var.changed
  developer_provider_name          = "login.backend.example"
  openid_connect_provider_arns     = [aws_iam_openid_connect_provider.login.arn]
  saml_provider_arns               = [aws_iam_saml_provider.office.arn]

  supported_login_providers = merge(
    { (local.google) = "google-client.apps.googleusercontent.com" },
    var.changed ? {} : { "graph.facebook.com" = "1234567890" },
  )

  cognito_identity_providers {
    provider_name           = local.user_pool
    client_id               = "webclient"
    server_side_token_check = !var.changed
  }

  cognito_identity_providers {
    provider_name           = local.user_pool
    client_id               = "phoneclient"
    server_side_token_check = false
  }

  tags = var.changed ? { team = "games", stage = "live" } : { team = "games", owner = "ada" }
}

resource "aws_cognito_identity_pool_roles_attachment" "players" {
  identity_pool_id = aws_cognito_identity_pool.players.id

  roles = {
    authenticated   = aws_iam_role.player.arn
    unauthenticated = aws_iam_role.guest.arn
  }

  role_mapping {
    identity_provider         = local.google
    type                      = "Rules"
    ambiguous_role_resolution = var.changed ? "Deny" : "AuthenticatedRole"

    mapping_rule {
      claim      = "email"
      match_type = "Equals"
      value      = "ada@example.test"
      role_arn   = aws_iam_role.player.arn
    }

    mapping_rule {
      claim      = "hd"
      match_type = var.changed ? "NotEqual" : "StartsWith"
      value      = "example"
      role_arn   = aws_iam_role.guest.arn
    }
  }

  role_mapping {
    identity_provider         = "${local.user_pool}:webclient"
    type                      = "Token"
    ambiguous_role_resolution = "AuthenticatedRole"
  }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "google" {
  identity_pool_id       = aws_cognito_identity_pool.players.id
  identity_provider_name = local.google
  use_defaults           = false
  principal_tags         = var.changed ? { team = "hd", user = "sub" } : { team = "hd" }
}

resource "aws_cognito_identity_pool_provider_principal_tag" "user_pool" {
  identity_pool_id       = aws_cognito_identity_pool.players.id
  identity_provider_name = local.user_pool
  use_defaults           = true
}
