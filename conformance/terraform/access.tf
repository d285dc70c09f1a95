locals {
  # Who may take the role: identities of the pool, signed in or not.
  trust = {
    for amr in ["authenticated", "unauthenticated"] : amr => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Effect    = "Allow"
        Principal = { Federated = "cognito-identity.amazonaws.com" }
        Action    = var.changed ? ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"] : ["sts:AssumeRoleWithWebIdentity"]
        Condition = {
          StringEquals             = { "cognito-identity.amazonaws.com:aud" = aws_cognito_identity_pool.players.id }
          "ForAnyValue:StringLike" = { "cognito-identity.amazonaws.com:amr" = amr }
        }
      }]
    })
  }
}

resource "aws_iam_role" "player" {
  name                 = "Player"
  path                 = "/game/"
  description          = var.changed ? "People who signed in" : "Players"
  max_session_duration = var.changed ? 7200 : 3600
  permissions_boundary = var.changed ? null : aws_iam_policy.boundary.arn
  assume_role_policy   = local.trust.authenticated
  tags                 = { team = "games", stage = var.changed ? "live" : "test" }
}

resource "aws_iam_role" "guest" {
  name               = "Guest"
  assume_role_policy = local.trust.unauthenticated
}

resource "aws_iam_role_policy" "saves" {
  name = "saves"
  role = aws_iam_role.player.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.changed ? ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] : ["s3:GetObject", "s3:PutObject"]
      Resource = "arn:aws:s3:::saves/private/$${cognito-identity.amazonaws.com:sub}/*"
    }]
  })
}

resource "aws_iam_policy" "scores" {
  name        = "scores"
  path        = "/game/"
  description = "Reads the board"
  tags        = { team = var.changed ? "platform" : "games" }

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.changed ? ["dynamodb:Query", "dynamodb:GetItem"] : ["dynamodb:Query"]
      Resource = "arn:aws:dynamodb:us-east-1:${data.aws_caller_identity.current.account_id}:table/scores"
    }]
  })
}

resource "aws_iam_policy" "boundary" {
  name = "boundary"

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "OnlyData", Effect = "Allow", Action = ["s3:*", "dynamodb:*"], Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "scores" {
  for_each   = var.changed ? { player = aws_iam_role.player.name } : { player = aws_iam_role.player.name, guest = aws_iam_role.guest.name }
  role       = each.value
  policy_arn = aws_iam_policy.scores.arn
}

resource "aws_iam_user" "backend" {
  name                 = "game-backend"
  path                 = "/game/"
  permissions_boundary = aws_iam_policy.boundary.arn
  force_destroy        = true
  tags                 = { team = var.changed ? "platform" : "games" }
}

resource "aws_iam_user_policy" "tokens" {
  name = "tokens"
  user = aws_iam_user.backend.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = var.changed ? ["cognito-identity:GetOpenIdTokenForDeveloperIdentity", "cognito-identity:LookupDeveloperIdentity"] : ["cognito-identity:GetOpenIdTokenForDeveloperIdentity"]
      Resource = "arn:aws:cognito-identity:us-east-1:${data.aws_caller_identity.current.account_id}:identitypool/${aws_cognito_identity_pool.players.id}"
    }]
  })
}

resource "aws_iam_user_policy_attachment" "scores" {
  user       = aws_iam_user.backend.name
  policy_arn = aws_iam_policy.scores.arn
}

resource "aws_iam_access_key" "backend" {
  user   = aws_iam_user.backend.name
  status = var.changed ? "Inactive" : "Active"
}
